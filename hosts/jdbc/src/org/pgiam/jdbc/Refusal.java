package org.pgiam.jdbc;

import java.sql.SQLException;
import org.pgiam.PgiamException;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;

/** There is no password to connect with: in pgjdbc's own class, with the whole story. */
final class Refusal extends PSQLException {
  private static final long serialVersionUID = 1L;

  Refusal(PgiamException why) {
    this(why.explanation(), why);
  }

  Refusal(String text, PgiamException cause) {
    super("pgiam: " + Keywords.inWordsOfPgjdbc(text),
        PSQLState.INVALID_AUTHORIZATION_SPECIFICATION, cause);
  }

  /** The failure of a connect, with what may be behind it. It becomes the cause. */
  static SQLException explained(SQLException failure, PgiamException why) {
    if (why.status() == PgiamException.CONNECT) return failure;  // its own words say it all
    String text = failure.getMessage() + "\npgiam: " + Keywords.inWordsOfPgjdbc(why.explanation());
    for (PSQLState state : PSQLState.values()) {
      if (state.getState().equals(failure.getSQLState())) {
        return new PSQLException(text, state, failure);
      }
    }
    return new SQLException(text, failure.getSQLState(), failure);
  }
}
