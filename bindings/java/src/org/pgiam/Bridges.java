package org.pgiam;

import java.util.ArrayList;
import java.util.List;

/** Which bridge this class loader uses: native, else the command. */
final class Bridges {
  private static Bridge bridge;
  private static Pgiam shared;

  private Bridges() {}

  /** A failure is not remembered: the next call tries again. */
  static synchronized Bridge bridge() throws PgiamException {
    if (bridge == null) bridge = open(System.getProperty("pgiam.bridge", ""));
    return bridge;
  }

  static synchronized Pgiam shared() throws PgiamException {
    if (shared == null) shared = new Pgiam();
    return shared;
  }

  private static Bridge open(String wanted) throws PgiamException {
    switch (wanted) {
      case "native":
        return new NativeBridge();
      case "command":
        return new CommandBridge();
      case "":
        return openAny();
      default:
        throw new PgiamException(PgiamException.BAD_CONFIG,
            "the system property pgiam.bridge is \"" + wanted + "\"",
            "it may be native or command; without it the better one is taken");
    }
  }

  private static Bridge openAny() throws PgiamException {
    PgiamException noNative;
    try {
      return new NativeBridge();
    } catch (PgiamException failed) {
      noNative = failed;
      if (NativeLibrary.named() != null) throw failed;
    }
    try {
      return new CommandBridge();
    } catch (PgiamException noCommand) {
      throw neither(noNative, noCommand);
    }
  }

  private static PgiamException neither(PgiamException noNative, PgiamException noCommand) {
    List<PgiamException> causes = new ArrayList<>(noNative.causes());
    causes.addAll(noCommand.causes());
    return new PgiamException(PgiamException.UNSUPPORTED,
        "pgiam can be reached neither as a native library nor as a command",
        "install pgiam, or name it: -Dpgiam.library.path=FOLDER or -Dpgiam.command=FILE",
        causes.toArray(new PgiamException[0]));
  }
}
