import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.Map;

/** Class loaders that use the jar's native library are dropped: is it unmapped? */
public final class Unload {
  private Unload() {}

  public static void main(String[] arguments) throws Exception {
    for (int i = 0; i < 3; i++) use(new File(arguments[0]).toURI().toURL());
    System.out.println("used " + mapped("libpgiam-jni") + " plugins " + mapped("libpgiam.so"));
    for (int turn = 0; turn < 1000 && mapped("libpgiam-jni") > 0; turn++) {
      System.gc();
      Thread.sleep(20);
    }
    System.out.println("left " + mapped("libpgiam-jni") + " plugins " + mapped("libpgiam.so"));
  }

  private static void use(URL jar) throws Exception {
    try (URLClassLoader loader =
        new URLClassLoader(new URL[] {jar}, ClassLoader.getSystemClassLoader())) {
      Class<?> pgiam = Class.forName("org.pgiam.Pgiam", true, loader);
      pgiam.getMethod("shared").invoke(null);
      pgiam.getConstructor(Map.class).newInstance(new java.util.HashMap<String, String>());
    }
  }

  /** How many files of that name. */
  private static long mapped(String name) throws Exception {
    return Files.readAllLines(Paths.get("/proc/self/maps")).stream()
        .filter(line -> line.contains("/" + name))
        .map(line -> line.substring(line.indexOf('/')))
        .distinct()
        .count();
  }
}
