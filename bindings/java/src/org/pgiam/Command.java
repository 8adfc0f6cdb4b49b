package org.pgiam;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;

/** The command pgiam: where it is, and how it is started. */
final class Command {
  private static final String[] USUAL_FOLDERS = {"/usr/local/bin", "/usr/bin", "/opt/homebrew/bin"};

  final Path file;

  private Command(Path file) {
    this.file = file;
  }

  static Command find() throws PgiamException {
    String named = System.getProperty("pgiam.command");
    List<PgiamException> reasons = new ArrayList<>();
    for (Path candidate : named == null ? candidates() : Arrays.asList(Paths.get(named))) {
      if (Files.isExecutable(candidate) && !Files.isDirectory(candidate)) {
        return new Command(candidate);
      }
      reasons.add(failure("there is no " + candidate, ""));
    }
    throw new PgiamException(PgiamException.UNSUPPORTED,
        "the command pgiam is not found", "install pgiam, or name it: -Dpgiam.command=FILE",
        reasons.toArray(new PgiamException[0]));
  }

  /** Beside the installed jar, on the PATH, and where it usually is: desktops have short PATHs. */
  private static Set<Path> candidates() {
    Set<Path> files = new LinkedHashSet<>();
    try {
      Path jar = Paths.get(
          Command.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      files.add(jar.resolveSibling("../../bin/pgiam").normalize());
    } catch (URISyntaxException | RuntimeException notAFile) {
      // then it has no neighbours
    }
    String path = System.getenv("PATH");
    for (String folder : path == null ? new String[0] : path.split(File.pathSeparator)) {
      if (!folder.isEmpty()) files.add(Paths.get(folder, "pgiam"));
    }
    for (String folder : USUAL_FOLDERS) files.add(Paths.get(folder, "pgiam"));
    return files;
  }

  /** What the user's shell says of libpq must not reach it: we say everything. */
  private Process start(List<String> arguments) throws PgiamException {
    List<String> line = new ArrayList<>();
    line.add(file.toString());
    line.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(line);
    builder.environment().keySet().removeIf(
        name -> name.startsWith("PG") && !name.startsWith("PGIAM"));
    try {
      return builder.start();
    } catch (IOException failed) {
      throw failure(file + " cannot be run: " + failed.getMessage(), "");
    }
  }

  Conversation converse() throws PgiamException {
    return new Conversation(file, start(Arrays.asList("bridge")));
  }

  static <T> FutureTask<T> inBackground(Callable<T> work) {
    FutureTask<T> task = new FutureTask<>(work);
    Thread thread = new Thread(task, "pgiam command output");
    thread.setDaemon(true);
    thread.start();
    return task;
  }

  static byte[] readAll(InputStream stream) throws IOException {
    WipedBytes bytes = new WipedBytes();
    byte[] chunk = new byte[8192];
    for (int n; (n = stream.read(chunk)) > 0;) bytes.write(chunk, 0, n);
    Arrays.fill(chunk, (byte) 0);
    return bytes.take();
  }

  /** Without its end; what there is where the stream ends first. */
  static byte[] readLine(InputStream stream) throws IOException {
    WipedBytes bytes = new WipedBytes();
    for (int c; (c = stream.read()) >= 0 && c != '\n';) bytes.write(c);
    return bytes.take();
  }

  private static final class WipedBytes extends ByteArrayOutputStream {
    WipedBytes() {
      super(16384);  // a token fits, so that growing leaves no copy
    }

    byte[] take() {
      byte[] bytes = toByteArray();
      Arrays.fill(buf, (byte) 0);
      return bytes;
    }
  }

  static PgiamException failure(String message, String hint) {
    return new PgiamException(PgiamException.UNSUPPORTED, message, hint);
  }
}
