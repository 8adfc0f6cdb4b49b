"""Doctrine DBAL and Laravel's database component, as Debian has them, against the emulator."""

import subprocess

import pytest
from conftest import PHP, finished
from driver_fixtures import SESSION, instance, no_connection, rds, server, verdicts, verified  # noqa: F401


def needs(package, file):
    found = PHP and subprocess.run([PHP, "-r", f"exit(stream_resolve_include_path('{file}') ? 0 : 1);"], check=False).returncode == 0
    return pytest.mark.skipif(not found, reason=f"{package} is not installed, or this distribution has no package of it")


doctrine = needs("php-doctrine-dbal", "Doctrine/DBAL/autoload.php")
laravel = needs("php-illuminate-database", "Illuminate/Database/autoload.php")

# Debian's versions are older than its PHP.
QUIET = "error_reporting(E_ALL & ~E_DEPRECATED);"
CHAIN = """
    function chain(callable $work): array {
        try { $work(); } catch (Throwable $error) {
            for ($all = []; $error; $error = $error->getPrevious()) { $all[get_class($error)] = $error->getMessage(); }
            return $all;
        }
        return [];
    }"""
DBAL = QUIET + SESSION + CHAIN + """
    require 'Doctrine/DBAL/autoload.php';
    function dbal(array $params, ...$pgiam) {
        putenv('PGHOSTADDR=' . $params['hostaddr']);
        $configuration = new Doctrine\\DBAL\\Configuration();
        $configuration->setMiddlewares([new Pgiam\\Doctrine\\Middleware(...$pgiam)]);
        return Doctrine\\DBAL\\DriverManager::getConnection($params, $configuration);
    }
    $server['driver'] = getenv('DRIVER');"""
LARAVEL = QUIET + SESSION + CHAIN + """
    require 'Illuminate/Database/autoload.php';
    putenv("PGHOSTADDR=$server[hostaddr]");
    $manager = new Illuminate\\Database\\Capsule\\Manager();
    $container = $manager->getContainer();
    (new Pgiam\\Laravel\\ServiceProvider($container))->register();
    function add(string $name, array $config) {
        global $manager, $server;
        $manager->addConnection($config + ['driver' => 'pgsql', 'host' => $server['host'], 'port' => $server['port'],
            'database' => 'postgres', 'username' => $server['user'], 'password' => '', 'charset' => 'utf8'], $name);
        return $manager->getConnection($name);
    }"""


@doctrine
@pytest.mark.parametrize("driver", ["pdo_pgsql", "pgsql"])
def test_doctrine_logs_in_reconnects_and_explains(start, server, rds, verdicts, driver):
    program = start(DBAL + """
        $connection = dbal($server);
        tell($connection->fetchNumeric(SESSION));
        fgets(STDIN);
        $connection->close();
        tell($connection->fetchNumeric(SESSION));
        tell(chain(fn () => dbal(['user' => 'nobody'] + $server)->fetchOne('SELECT 1')));
        tell(chain(fn () => dbal(['dbname' => 'nope'] + $server)->fetchOne('SELECT 1')));
        tell(dbal(['sslmode' => 'require', 'user' => 'plain', 'password' => 'open sesame'] + $server)->fetchNumeric(SESSION)[0]);
    """, DRIVER=driver)  # fmt: skip
    first = program.stdout.readline()
    assert first == '["app_user",true]\n', program.stderr.read()
    rds.expire_tokens()
    rds.kill_backends()
    program.stdin.write("\n")
    program.stdin.flush()
    again, refused, no_database, plain = finished(program)
    assert again == ["app_user", True] and plain == "plain"
    assert verdicts()[:3] == ["accepted", "refused", "accepted"]
    assert list(refused)[:3] == ["Doctrine\\DBAL\\Exception\\ConnectionException", "Pgiam\\Doctrine\\Failure", "Pgiam\\Error"]
    assert "rds_iam" in refused["Doctrine\\DBAL\\Exception\\ConnectionException"] and "X-Amz" not in str(refused)
    assert "Pgiam\\Error" not in no_database and "nope" in str(no_database)


@doctrine
@pytest.mark.parametrize("driver", ["pdo_pgsql", "pgsql"])
def test_doctrine_without_tls_gets_no_token(php, server, no_connection, driver):
    told = php(DBAL + "tell(chain(fn () => dbal(['sslmode' => 'disable'] + $server)->fetchOne('SELECT 1')));", DRIVER=driver)
    assert "sslmode=disable" in told["Pgiam\\Error"]


@doctrine
@pytest.mark.parametrize("driver", ["pdo_pgsql", "pgsql"])
def test_doctrine_sets_tls_where_nobody_asked_for_it(php, server, driver):
    told = php(DBAL + "unset($server['sslmode'], $server['sslrootcert']); tell(dbal($server, reuseSeconds: 0)->fetchNumeric(SESSION));", DRIVER=driver)
    assert told == ["app_user", True]


SILENT = "unset($server['sslmode'], $server['sslrootcert']);"


@doctrine
@pytest.mark.parametrize("driver", ["pdo_pgsql", "pgsql"])
def test_with_an_installed_bundle_doctrines_server_is_verified(php, server, verified, driver):
    login = "$at = fn () => dbal($server)->fetchNumeric(SESSION); tell(chain($at) ?: $at());"
    verified(lambda: php(DBAL + SILENT + login, DRIVER=driver))


@laravel
def test_with_an_installed_bundle_laravels_server_is_verified(php, server, verified):
    login = "$at = fn () => (array) add('one', [])->selectOne(SESSION); tell(chain($at) ?: array_values($at()));"
    verified(lambda: php(LARAVEL + SILENT + login))


@doctrine
def test_doctrine_with_another_database_is_left_alone(php):
    told = php(QUIET + CHAIN + """
        require 'Doctrine/DBAL/autoload.php';
        $configuration = new Doctrine\\DBAL\\Configuration();
        $configuration->setMiddlewares([new Pgiam\\Doctrine\\Middleware()]);
        $params = ['driver' => 'pdo_sqlite', 'memory' => true];
        tell(chain(fn () => Doctrine\\DBAL\\DriverManager::getConnection($params, $configuration)->fetchOne('SELECT 1')));""")
    assert "Pgiam\\Error" not in told and ("could not find driver" in str(told) or told == [])


@laravel
def test_laravel_logs_in_reconnects_and_explains(start, server, rds, verdicts):
    program = start(LARAVEL + """
        $connection = add('orders', ['sslmode' => 'verify-full', 'sslrootcert' => $server['sslrootcert'], 'pgiam' => ['reuse_seconds' => 60]]);
        tell((array) $connection->selectOne(SESSION));
        fgets(STDIN);
        tell((array) $connection->selectOne(SESSION)); // it reconnects by itself
        tell(chain(fn () => add('nobody', ['username' => 'nobody'])->selectOne('SELECT 1')));
        tell(chain(fn () => add('forgone', ['sslmode' => 'disable'])->selectOne('SELECT 1')));
        tell(chain(fn () => add('wrong', ['pgiam' => ['profil' => 'x']])->selectOne('SELECT 1')));
        tell(chain(fn () => add('nope', ['database' => 'nope'])->selectOne('SELECT 1')));
        tell(add('plain', ['username' => 'plain', 'password' => 'open sesame'])->selectOne(SESSION)->session_user);
        tell(count(array_unique(array_map(fn ($name) => add($name, ['options' => [PDO::ATTR_PERSISTENT => true]])
            ->selectOne('SELECT pg_backend_pid() AS pid')->pid, ['a', 'b', 'c']))));""")
    assert program.stdout.readline() == '{"session_user":"app_user","ssl":true}\n'
    rds.expire_tokens()
    rds.kill_backends()
    program.stdin.write("\n")
    program.stdin.flush()
    again, refused, forgone, wrong, no_database, plain, persistent = finished(program)
    assert again["session_user"] == plain.replace("plain", "app_user") == "app_user"
    assert verdicts()[:3] == ["accepted", "refused", "accepted"]
    assert list(refused)[:2] == ["Illuminate\\Database\\QueryException", "Pgiam\\Error"] and "X-Amz" not in str(refused)
    assert "sslmode=disable" in forgone["Pgiam\\Error"] and '"profil"' in wrong["Pgiam\\Error"]
    assert "Pgiam\\Error" not in no_database and "nope" in str(no_database) and persistent == 1
