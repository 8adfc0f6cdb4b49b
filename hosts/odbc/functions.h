// The functions of the real driver, which are the ones that the shim exports: a driver manager asks
// for a driver's abilities by looking for names. As psqlODBC 13 to 18 export them on Unix.
#pragma once

// Forwarded by one jump, whatever their arguments are.
#define PGIAM_ODBC_JUMPS(X) \
  X(SQLBindCol)             \
  X(SQLBindParam)           \
  X(SQLBindParameter)       \
  X(SQLBulkOperations)      \
  X(SQLCancel)              \
  X(SQLCloseCursor)         \
  X(SQLColAttribute)        \
  X(SQLColumnPrivileges)    \
  X(SQLColumns)             \
  X(SQLCopyDesc)            \
  X(SQLDataSources)         \
  X(SQLDescribeCol)         \
  X(SQLDescribeParam)       \
  X(SQLDummyOrdinal)        \
  X(SQLExecDirect)          \
  X(SQLExecute)             \
  X(SQLExtendedFetch)       \
  X(SQLFetch)               \
  X(SQLFetchScroll)         \
  X(SQLForeignKeys)         \
  X(SQLFreeStmt)            \
  X(SQLGetCursorName)       \
  X(SQLGetData)             \
  X(SQLGetDescField)        \
  X(SQLGetDescRec)          \
  X(SQLGetEnvAttr)          \
  X(SQLGetStmtAttr)         \
  X(SQLGetTypeInfo)         \
  X(SQLMoreResults)         \
  X(SQLNumParams)           \
  X(SQLNumResultCols)       \
  X(SQLParamData)           \
  X(SQLPrepare)             \
  X(SQLPrimaryKeys)         \
  X(SQLProcedureColumns)    \
  X(SQLProcedures)          \
  X(SQLPutData)             \
  X(SQLRowCount)            \
  X(SQLSetCursorName)       \
  X(SQLSetDescField)        \
  X(SQLSetDescRec)          \
  X(SQLSetParam)            \
  X(SQLSetPos)              \
  X(SQLSetStmtAttr)         \
  X(SQLSpecialColumns)      \
  X(SQLStatistics)          \
  X(SQLTablePrivileges)     \
  X(SQLTables)

#define PGIAM_ODBC_WIDE_JUMPS(X) \
  X(SQLColAttributeW)            \
  X(SQLColumnPrivilegesW)        \
  X(SQLColumnsW)                 \
  X(SQLDataSourcesW)             \
  X(SQLDescribeColW)             \
  X(SQLExecDirectW)              \
  X(SQLForeignKeysW)             \
  X(SQLGetCursorNameW)           \
  X(SQLGetDescFieldW)            \
  X(SQLGetDescRecW)              \
  X(SQLGetStmtAttrW)             \
  X(SQLGetTypeInfoW)             \
  X(SQLPrepareW)                 \
  X(SQLPrimaryKeysW)             \
  X(SQLProcedureColumnsW)        \
  X(SQLProceduresW)              \
  X(SQLSetCursorNameW)           \
  X(SQLSetDescFieldW)            \
  X(SQLSetDescRecW)              \
  X(SQLSetStmtAttrW)             \
  X(SQLSpecialColumnsW)          \
  X(SQLStatisticsW)              \
  X(SQLTablePrivilegesW)         \
  X(SQLTablesW)

// Of our own (exports.cc), since they make, end or tell about a connection. None of them is called
// per statement or row.
#define PGIAM_ODBC_OWN(X) \
  X(SQLAllocHandle)       \
  X(SQLBrowseConnect)     \
  X(SQLConnect)           \
  X(SQLDisconnect)        \
  X(SQLDriverConnect)     \
  X(SQLEndTran)           \
  X(SQLFreeHandle)        \
  X(SQLGetConnectAttr)    \
  X(SQLGetDiagField)      \
  X(SQLGetDiagRec)        \
  X(SQLGetFunctions)      \
  X(SQLGetInfo)           \
  X(SQLNativeSql)         \
  X(SQLSetConnectAttr)    \
  X(SQLSetEnvAttr)

#define PGIAM_ODBC_WIDE_OWN(X) \
  X(SQLBrowseConnectW)         \
  X(SQLConnectW)               \
  X(SQLDriverConnectW)         \
  X(SQLGetConnectAttrW)        \
  X(SQLGetDiagFieldW)          \
  X(SQLGetDiagRecW)            \
  X(SQLGetInfoW)               \
  X(SQLNativeSqlW)             \
  X(SQLSetConnectAttrW)
