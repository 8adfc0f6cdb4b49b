package org.pgiam;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Finds and loads the native libraries, once per class loader.
 *
 * <p>The JVM lets one file serve one class loader only, so each loader extracts a copy of the JNI
 * library from the jar, into a folder of its own that only the user can read. The plugin, libpgiam,
 * is extracted by the first loader and shared, with its caches, by all others of the process.
 */
final class NativeLibrary {
  private static final String JNI = "libpgiam-jni.so";
  private static final String PLUGIN = "libpgiam.so.1";
  private static final String[] PLUGIN_FILES = {
    PLUGIN, "pgiam/libpgiam-http.so", "pgiam/rds-roots.pem", "pgiam/public-roots.pem"
  };
  /** Set by the first class loader, in the system's properties: where its libpgiam lies. */
  private static final String SHARED = "org.pgiam.plugin";

  private final List<PgiamException> reasons = new ArrayList<>();

  private NativeLibrary() {}

  /** What was loaded, for people. */
  static synchronized String load() throws PgiamException {
    return new NativeLibrary().find();
  }

  /** The library that the user wants and no other, or null. */
  static String named() {
    String property = System.getProperty("pgiam.library.path");
    return property != null ? property : System.getenv("PGIAM_LIBRARY");
  }

  private String find() throws PgiamException {
    if (named() != null) return loadNamed(Paths.get(named()));

    String platform = platform();
    if (NativeLibrary.class.getResource(resource(platform, JNI)) == null) {
      reasons.add(reason("the jar has no native library for " + platform));
      throw failure();
    }
    for (Path parent : temporaryFolders()) {
      Path folder = null;
      try {
        folder = newFolder(parent);
        return loadExtracted(folder, platform);
      } catch (IOException | UnsatisfiedLinkError | PgiamException failed) {
        reasons.add(reason(parent + ": " + failed.getMessage()));
        remove(folder);
      } catch (RuntimeException forbidden) {  // by --illegal-native-access=deny: everywhere
        reasons.add(reason(String.valueOf(forbidden.getMessage())));
        remove(folder);
        break;
      }
    }
    throw failure();
  }

  /** A folder with libpgiam.so.1 in it, or that file. It is the only one tried. */
  private String loadNamed(Path named) throws PgiamException {
    Path plugin = Files.isDirectory(named) ? named.resolve(PLUGIN) : named;
    Path installed = plugin.resolveSibling("pgiam").resolve(JNI);
    if (!Files.exists(plugin)) {
      reasons.add(reason("there is no " + plugin));
      throw failure();
    }
    try {
      System.load(installed.toAbsolutePath().toString());
    } catch (UnsatisfiedLinkError absentOrServingAnotherLoader) {
      loadJni();
    } catch (RuntimeException forbidden) {
      reasons.add(reason(String.valueOf(forbidden.getMessage())));
      throw failure();
    }
    Native.open(new byte[][] {Text.utf8(plugin.toAbsolutePath().toString())});
    return plugin.toString();
  }

  private void loadJni() throws PgiamException {
    for (Path parent : temporaryFolders()) {
      Path folder = null;
      try {
        folder = newFolder(parent);
        System.load(extract(folder, platform(), JNI).toString());
        return;
      } catch (IOException | UnsatisfiedLinkError failed) {
        reasons.add(reason(parent + ": " + failed.getMessage()));
        remove(folder);
      }
    }
    throw failure();
  }

  private static String loadExtracted(Path folder, String platform)
      throws IOException, PgiamException {
    System.load(extract(folder, platform, JNI).toString());
    synchronized (SHARED) {  // a literal is one object, and so one lock, for all class loaders
      String shared = System.getProperty(SHARED);
      if (shared == null || !Files.exists(Paths.get(shared))) {
        for (String file : PLUGIN_FILES) extract(folder, platform, file);
        shared = folder.resolve(PLUGIN).toString();
      }
      Native.open(new byte[][] {Text.utf8(shared)});
      System.setProperty(SHARED, shared);
      return shared;
    }
  }

  private static Path extract(Path folder, String platform, String file) throws IOException {
    Path target = folder.resolve(file);
    if (!target.getParent().equals(folder)) {
      Files.createDirectories(target.getParent());
      target.getParent().toFile().deleteOnExit();
    }
    try (InputStream packed = NativeLibrary.class.getResourceAsStream(resource(platform, file))) {
      if (packed == null) throw new IOException("the jar lacks " + resource(platform, file));
      target.toFile().deleteOnExit();
      Files.copy(packed, target);
    }
    return target;
  }

  private static Path newFolder(Path parent) throws IOException {
    Path folder = CodeFolder.create(parent);
    folder.toFile().deleteOnExit();  // after what is in it: the last registered goes first
    return folder;
  }

  /** What cannot be removed now is at exit. */
  private static void remove(Path folder) {
    if (folder == null) return;
    for (String file : PLUGIN_FILES) folder.resolve(file).toFile().delete();
    for (String file : new String[] {"pgiam", JNI, ""}) folder.resolve(file).toFile().delete();
  }

  /** More than one, since programs may not be loaded from every folder (noexec). */
  private static List<Path> temporaryFolders() {
    List<Path> folders = new ArrayList<>();
    folders.add(Paths.get(System.getProperty("java.io.tmpdir")));
    String cache = System.getenv("XDG_CACHE_HOME");
    String home = System.getProperty("user.home");
    if (cache != null && new File(cache).isAbsolute()) folders.add(Paths.get(cache, "pgiam"));
    else if (home != null) folders.add(Paths.get(home, ".cache", "pgiam"));
    String runtime = System.getenv("XDG_RUNTIME_DIR");
    if (runtime != null && new File(runtime).isAbsolute()) folders.add(Paths.get(runtime));
    return folders;
  }

  /** "linux-x86_64", by the names that CMake gives. */
  private static String platform() {
    String system = System.getProperty("os.name").toLowerCase(Locale.ROOT).split(" ")[0];
    String machine = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
    return system + "-" + (machine.equals("amd64") ? "x86_64" : machine);
  }

  private static String resource(String platform, String file) {
    return "/org/pgiam/native/" + platform + "/" + file;
  }

  private static PgiamException reason(String message) {
    return new PgiamException(PgiamException.UNSUPPORTED, message, "");
  }

  private PgiamException failure() {
    return new PgiamException(PgiamException.UNSUPPORTED,
        "the native library cannot be loaded", "",
        reasons.toArray(new PgiamException[0]));
  }
}
