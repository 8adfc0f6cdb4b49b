"""Each driver logs in through its pool, and again when its sessions are gone."""

import os
import subprocess

import node_conftest
import pytest
from installed_roots import AMAZONS, install_roots, of_the_instance

SAID = "{ host: where.host, port: where.port, user: where.user }"
PERSIST = "const persist = async (work) => { for (let i = 0; i < 20; ++i) try { return await work(); } catch {} return work(); };"
QUIET = "const QUIET = { warn() {}, error() {}, debug() {}, deprecate() {} };"  # Knex tells of lost sessions on stdout
ASK = PERSIST + "tell(await ask()); await wait(); tell(await persist(ask)); await end();"
DRIVERS = {
    "pg, which hands its parameters over": """
        const pg = require('pg');
        const pool = new pg.Pool({ ...where, password: pgiam.password() });
        pool.on('error', () => {});
        const ask = async () => (await pool.query('SELECT session_user AS name')).rows[0].name;
        const end = () => pool.end();""",
    "postgres.js": f"""
        const sql = require('postgres')({{ ...where, max: 2, password: pgiam.password({SAID}) }});
        const ask = async () => (await sql`SELECT session_user AS name`)[0].name;
        const end = () => sql.end();""",
    "Knex": """
        const knex = require('knex')({ client: 'pg', connection: { ...where, password: pgiam.password() }, pool: { min: 0, max: 2 }, log: QUIET });
        const ask = async () => (await knex.raw('SELECT session_user AS name')).rows[0].name;
        const end = () => knex.destroy();""",
    "Knex, told": f"""
        const knex = require('knex')({{ client: 'pg', connection: {{ ...where, password: pgiam.password({SAID}) }}, log: QUIET }});
        const ask = async () => (await knex.raw('SELECT session_user AS name')).rows[0].name;
        const end = () => knex.destroy();""",
    "Sequelize": f"""
        const {{ Sequelize }} = require('sequelize');
        const {{ host, port, user, database, ssl }} = where;
        const sequelize = new Sequelize({{ dialect: 'postgres', host, port, username: user, database, dialectOptions: {{ ssl }}, logging: false }});
        const password = pgiam.password({SAID});
        sequelize.addHook('beforeConnect', async (config) => {{ config.password = await password(); }});
        const ask = async () => (await sequelize.query('SELECT session_user AS name'))[0][0].name;
        const end = () => sequelize.close();""",
    "TypeORM": """
        const { DataSource } = require('typeorm');
        const { host, port, user, database, ssl } = where;
        const source = new DataSource({ type: 'postgres', host, port, username: user, database, ssl, password: pgiam.password(), poolErrorHandler() {} });
        await source.initialize();
        const ask = async () => (await source.query('SELECT session_user AS name'))[0].name;
        const end = () => source.destroy();""",
    "Prisma's driver adapter": """
        const { PrismaPg } = require('@prisma/adapter-pg');
        const adapter = await new PrismaPg({ ...where, password: pgiam.password() }).connect();
        const ask = async () => (await adapter.queryRaw({ sql: 'SELECT session_user::text AS name', args: [], argTypes: [] })).rows[0][0];
        const end = () => adapter.dispose();""",
}


@pytest.mark.parametrize("name", DRIVERS)
def test_a_pool_logs_in_and_again_when_its_sessions_are_gone(program, rds, verdicts, name):
    with program(QUIET + DRIVERS[name] + ASK) as running:
        assert running.told() == "app_user"
        rds.kill_backends()
        running.goes_on()
        assert running.told() == "app_user"
    assert len(verdicts()) >= 2 and set(verdicts()) == {"accepted"}


@pytest.mark.parametrize("name", DRIVERS)
def test_with_an_installed_bundle_the_server_is_verified(program, rds, tmp_path, name):
    """Where nobody says anything but ssl: pgiam.ssl(where). What pgiam ca install leaves: first Amazon's roots, which have signed nothing here."""
    text = f"where.ssl = pgiam.ssl({SAID}); {QUIET} tell(await (async () => {{ {DRIVERS[name]} return ask(); }})().catch((error) => require('node:util').inspect(error)));"

    def said():
        with program(text, {"HOME": str(tmp_path)}) as running:
            return running.told()

    install_roots(tmp_path, AMAZONS)
    assert "certificate" in said()
    install_roots(tmp_path, of_the_instance(rds))
    assert said() == "app_user"


@pytest.mark.parametrize("ssl", [False, None])
def test_where_pg_goes_without_tls_there_is_no_token(program, rds, ssl):
    """The server is reached, and wants a password; it gets none."""
    text = """
        const pg = require('pg');
        const pool = new pg.Pool({ ...where, password: pgiam.password() });
        tell(await pool.query('SELECT 1').catch((error) => error.status || String(error)));"""
    with program(text, ssl=ssl) as running:
        said = running.told()
    # An instance that forces TLS ends it before it asks for a password.
    assert said == "INSECURE" or "no encryption" in said or "no pg_hba.conf entry" in said
    assert all("accepted" != attempt["verdict"] for attempt in rds.attempts())


TYPED = """
import pg from 'pg';
import pgiam, { Context, PgiamError, password, ssl, type Answer } from 'pgiam';

const pool = new pg.Pool({ host: 'h', user: 'app', ssl: ssl({ host: 'h', user: 'app' }), password: password() });
new pg.Pool({ password: pgiam.password({ host: 'h', port: 5432, user: 'app', profile: 'prod', roleArn: 'arn' }) });
const context = new Context({ cache: 'memory', logger: console, prompt: async (prompt) => prompt.title });
const answer: Answer = await context.answer('host=h user=app', { signal: AbortSignal.timeout(1000) });
const token: string = await pgiam.token({ host: 'h', user: 'app', credentials: async () => ({ accessKeyId: 'a', secretAccessKey: 's' }) });
const client: pg.Client = await pgiam.pg.connect(pg.Client, { host: 'h', user: 'app' });
try { await pool.query(token); } catch (error) { if (error instanceof PgiamError) console.log(error.status === 'DENIED', error.causes[0].commands); }
console.log(answer.expiresAt?.getTime(), client);
// @ts-expect-error  an option with another's value
new Context({ cache: 'nowhere' });
"""


def test_the_types_hold(tmp_path):
    site = os.environ["PGIAM_TEST_NODE_MODULES"]
    (tmp_path / "node_modules").mkdir()
    for name in os.listdir(site):
        (tmp_path / "node_modules" / name).symlink_to(f"{site}/{name}")
    (tmp_path / "node_modules/pgiam").symlink_to(node_conftest.PACKAGE)
    (tmp_path / "use.mts").write_text(TYPED)
    (tmp_path / "use.cts").write_text("import pgiam = require('pgiam');\nexport const token: Promise<string> = pgiam.token({ host: 'h' });\n")
    tsc = [node_conftest.NODE, f"{site}/typescript/bin/tsc", "--noEmit", "--strict", "--module", "nodenext", "--target", "es2022", "--preserveSymlinks"]
    done = subprocess.run([*tsc, "use.mts", "use.cts"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
