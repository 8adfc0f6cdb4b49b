suppressMessages(library(RPostgreSQL))
value <- function(name) Sys.getenv(name)
commands <- file("stdin", "r")
while (length(command <- readLines(commands, n = 1)) > 0) {
  answer <- tryCatch({
    # PQsetdbLogin takes no sslmode: RPostgreSQL's users have it from the environment.
    if (command != "query") connection <- dbConnect(PostgreSQL(), host = value("HOST"), port = value("PORT"), user = value("DBUSER"), dbname = value("DBNAME"))
    suppressWarnings(dbGetQuery(connection, "SELECT session_user")[1, 1])
  }, error = function(e) paste("error", gsub("\n", " ", conditionMessage(e))))
  cat(if (is.null(answer)) "error" else answer, "\n", sep = "")
  flush(stdout())
}
