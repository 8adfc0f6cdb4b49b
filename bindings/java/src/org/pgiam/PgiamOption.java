package org.pgiam;

/** An option of the library, for a connection dialog. */
public final class PgiamOption {
  private final String key;
  private final String type;
  private final String defaultValue;
  private final String variable;
  private final String label;

  PgiamOption(String key, String type, String defaultValue, String variable, String label) {
    this.key = key;
    this.type = type;
    this.defaultValue = defaultValue;
    this.variable = variable;
    this.label = label;
  }

  public String key() {
    return key;
  }

  /** "text", "bool", "int", "path", or the choices: "a|b|c". */
  public String type() {
    return type;
  }

  public String defaultValue() {
    return defaultValue;
  }

  /** The environment variable that is read when it is not given; may be empty. */
  public String variable() {
    return variable;
  }

  public String label() {
    return label;
  }
}
