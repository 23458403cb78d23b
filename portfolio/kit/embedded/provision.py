"""Roles and the database that the embedded server must have; run at every start, changes nothing that is there."""

import psycopg
from psycopg import sql

from portfolio.kit.embedded.places import Places

DATABASE = "pilotage"
OWNER, APP, READONLY = "pilotage_owner", "pilotage_app", "pilotage_readonly"


def provision(places: Places) -> None:
    """Owner (makes test databases too), app and readonly, and the database; no passwords, the socket folder is private."""
    with psycopg.connect(host=str(places.sockets), user="postgres", dbname="postgres", autocommit=True) as connection:
        known = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
        for role in (OWNER, APP, READONLY):
            if role not in known:
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
        connection.execute(sql.SQL("ALTER ROLE {} CREATEDB").format(sql.Identifier(OWNER)))
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            names = {"database": sql.Identifier(DATABASE), "owner": sql.Identifier(OWNER)}
            connection.execute(
                sql.SQL("CREATE DATABASE {database} OWNER {owner} TEMPLATE template0 ENCODING 'UTF8'").format(**names)
            )
        database, guests = sql.Identifier(DATABASE), sql.SQL(", ").join(map(sql.Identifier, (APP, READONLY)))
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
        connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, guests))
        # Bulk evidence is staged in temporary tables.
        connection.execute(sql.SQL("GRANT TEMPORARY ON DATABASE {} TO {}").format(database, sql.Identifier(APP)))
