# syntax=docker/dockerfile:1
FROM node:24-bookworm-slim AS browser
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts

FROM python:3.12-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
COPY requirements/base.txt requirements/base.txt
RUN /opt/venv/bin/pip install --require-hashes -r requirements/base.txt
WORKDIR /srv/pilotage
COPY . .
COPY --from=browser /src/node_modules node_modules
RUN PILOTAGE_VAR=/srv/build /opt/venv/bin/python manage.py vendor_assets \
    && PILOTAGE_VAR=/srv/build /opt/venv/bin/python manage.py collectstatic --no-input -i 'rest_framework/*' -i 'redoc*' \
    && rm -rf node_modules \
    && /opt/venv/bin/python -m compileall -q portfolio readiness manage.py

FROM python:3.12-slim-bookworm
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin pilotage \
    && install -d -o pilotage -g pilotage /var/lib/pilotage
COPY --from=build /opt/venv /opt/venv
COPY --from=build /srv/pilotage /srv/pilotage
COPY --from=build /srv/build/static /srv/static
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    PILOTAGE_VAR=/var/lib/pilotage PILOTAGE_STATIC=/srv/static PILOTAGE_HOST=0.0.0.0
WORKDIR /srv/pilotage
# Everything but the volume may be mounted read-only; /tmp takes uploads while they are read.
USER pilotage
VOLUME /var/lib/pilotage
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import sys; from portfolio.kit.supervisor.port import answers; sys.exit(not answers('127.0.0.1', 8000))"]
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--blocking-threads", "1", \
     "--no-ws", "--respawn-failed-workers", "--workers-kill-timeout", "10", "portfolio.wsgi:application"]
