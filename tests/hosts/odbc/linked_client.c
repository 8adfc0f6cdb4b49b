/* A program that links libpq and the driver manager itself. linked_client CONNECTION-STRING: prints who
 * it is logged in as, or what went wrong; each argument is a connection of its own. An argument
 * "refuse N" has the emulator refuse the next N attempts. */
#include <libpq-fe.h>
#include <sql.h>
#include <sqlext.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void complain(SQLSMALLINT kind, SQLHANDLE handle) {
  SQLCHAR state[6], text[1024];
  SQLINTEGER native;
  SQLSMALLINT length;
  for (SQLSMALLINT i = 1; SQL_SUCCEEDED(SQLGetDiagRec(kind, handle, i, state, &native, text, sizeof text, &length)); ++i)
    printf("[%s] %s\n", (char*)state, (char*)text);
}

static int try_it(SQLHENV environment, char* string) {
  SQLHDBC connection;
  SQLAllocHandle(SQL_HANDLE_DBC, environment, &connection);
  int ok = SQL_SUCCEEDED(SQLDriverConnect(connection, NULL, (SQLCHAR*)string, SQL_NTS, NULL, 0, NULL, SQL_DRIVER_NOPROMPT));
  if (ok) {
    SQLHSTMT statement;
    SQLCHAR user[256] = "";
    SQLLEN length;
    SQLAllocHandle(SQL_HANDLE_STMT, connection, &statement);
    SQLExecDirect(statement, (SQLCHAR*)"SELECT session_user", SQL_NTS);
    SQLFetch(statement);
    SQLGetData(statement, 1, SQL_C_CHAR, user, sizeof user, &length);
    printf("%s\n", (char*)user);
    SQLFreeHandle(SQL_HANDLE_STMT, statement);
    SQLDisconnect(connection);
  } else {
    complain(SQL_HANDLE_DBC, connection);
  }
  SQLFreeHandle(SQL_HANDLE_DBC, connection);
  return ok;
}

int main(int argc, char** argv) {
  SQLHENV environment;
  int ok = PQlibVersion() > 0;
  SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &environment);
  SQLSetEnvAttr(environment, SQL_ATTR_ODBC_VERSION, (SQLPOINTER)SQL_OV_ODBC3, 0);
  for (int i = 1; i < argc; ++i) {
    if (strncmp(argv[i], "refuse ", 7) == 0) {
      char command[256];
      snprintf(command, sizeof command, "\"$RDS_CTL\" refuse_next count=%d >&2", atoi(argv[i] + 7));
      ok = system(command) == 0 && ok;
    } else {
      ok = try_it(environment, argv[i]) && ok;
    }
  }
  SQLFreeHandle(SQL_HANDLE_ENV, environment);
  return !ok;
}
