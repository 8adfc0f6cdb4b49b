import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

/** Knows nothing but java.sql: connects, says who it is, or what went wrong. */
public final class Plain {
  private Plain() {}

  public static void main(String[] arguments) {
    try (Connection connection = DriverManager.getConnection(arguments[0])) {
      System.out.println(connection.getMetaData().getUserName());
    } catch (SQLException failure) {
      System.out.println(failure.getSQLState() + " " + failure.getMessage());
    }
  }
}
