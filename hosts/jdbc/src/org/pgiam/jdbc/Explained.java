package org.pgiam.jdbc;

import java.sql.SQLException;
import org.pgiam.PgiamException;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;

/** A failure in pgjdbc's own class, with what may be behind it in its message. */
final class Explained {
  private Explained() {}

  /** why: null where there is nothing to add. The failure itself becomes the cause. */
  static SQLException by(PgiamException why, SQLException failure) {
    if (why == null) return failure;
    String text = failure.getMessage() + "\npgiam: " + why.explanation();
    for (PSQLState state : PSQLState.values()) {
      if (state.getState().equals(failure.getSQLState())) {
        return new PSQLException(text, state, failure);
      }
    }
    return new SQLException(text, failure.getSQLState(), failure);
  }
}
