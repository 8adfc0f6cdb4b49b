package org.pgiam;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;

/**
 * A folder that native code is loaded from, be it much later: nobody but root and the user may put
 * theirs in its place, in it or, by moving a folder that it lies in, in any above. base/folder.cc
 * says the same in C++.
 */
final class CodeFolder {
  private static final FileAttribute<?> OWN =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
  private static final int GROUP_WRITES = 0020, OTHERS_WRITE = 0002, STICKY = 01000;

  private final int user;
  private final String userName;

  private CodeFolder(Path made) throws IOException {
    user = (Integer) Files.getAttribute(made, "unix:uid");
    userName = Files.getOwner(made).getName();
  }

  /** A new one in `parent`, named without links, which may be somebody else's to turn. */
  static Path create(Path parent) throws IOException {
    Files.createDirectories(parent, OWN);
    Path folder = Files.createTempDirectory(parent.toRealPath(), "pgiam-", OWN);
    try {
      CodeFolder safe = new CodeFolder(folder);
      for (Path above = folder.getParent(); above != null; above = above.getParent()) {
        safe.check(above);
      }
    } catch (IOException | RuntimeException refused) {
      Files.deleteIfExists(folder);
      throw refused;
    }
    return folder;
  }

  private void check(Path folder) throws IOException {
    Map<String, Object> is = Files.readAttributes(folder, "unix:uid,mode");
    int owner = (Integer) is.get("uid"), mode = (Integer) is.get("mode");
    String so = ", so no code is loaded from there";
    if (owner != user && owner != 0) {
      throw new IOException(folder + " belongs to " + Files.getOwner(folder).getName() + so);
    }
    // In a sticky folder an entry is its owner's alone to move, who has been looked at.
    if ((mode & STICKY) != 0) return;
    if ((mode & OTHERS_WRITE) != 0) {
      throw new IOException("anybody may write to " + folder + so + ": chmod go-w " + folder);
    }
    // A group that bears the user's name is the user's own, as pam_umask has it.
    String group = Files.readAttributes(folder, PosixFileAttributes.class).group().getName();
    if ((mode & GROUP_WRITES) != 0 && !group.equals(userName)) {
      throw new IOException(
          "group " + group + " may write to " + folder + so + ": chmod g-w " + folder);
    }
  }
}
