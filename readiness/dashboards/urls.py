"""The pages that one starts from."""

from django.urls import include, path

from readiness.dashboards.views import panels, portfolio, risk_panels, today, today_panels

urlpatterns = [
    path("", today.home, name="home"),
    path("today/", today.today, name="today"),
    path("today/meetings/", today_panels.meetings, name="today_meetings"),
    path("today/desk/", today_panels.desk, name="today_desk"),
    path("awaiting/", today.awaiting, name="awaiting"),
    path("portfolio/", portfolio.portfolio, name="portfolio"),
    path("portfolio/help/", panels.needs_help, name="portfolio_help"),
    path("portfolio/movers/", panels.movers, name="portfolio_movers"),
    path("portfolio/risk/", risk_panels.risk, name="portfolio_risk"),
    path("portfolio/risk-movers/", risk_panels.risk_movers, name="portfolio_risk_movers"),
    path("portfolio/spend/", risk_panels.spend, name="portfolio_spend"),
    path("portfolio/costs/", panels.costs, name="portfolio_costs"),
    path("portfolio/infrastructure/", panels.shares, name="portfolio_shares"),
    path("portfolio/commitments/", panels.commitments, name="portfolio_commitments"),
    path("portfolio/unknowns/", panels.unknowns, name="portfolio_unknowns"),
    path("portfolio/silos/", panels.silos, name="portfolio_silos"),
    path("", include("readiness.risk.urls")),
]
