/* Preloaded, makes libpq one that keeps no more of a line of the password file than the password: what
 * stands behind it, which the hook counts on, is not copied. */
#include <stdlib.h>
#include <string.h>

#define STAND_IN __attribute__((visibility("default")))

STAND_IN char* strdup(const char* text);

/* Up to the first ':' that is not escaped, with it; the whole where that is not far from the end. */
static size_t needed(const char* text, size_t length) {
  for (size_t i = 0; i < length; ++i) {
    if (text[i] == '\\')
      ++i;
    else if (text[i] == ':' && length - i > 4096)
      return i + 1;
  }
  return length;
}

char* strdup(const char* text) {
  const size_t length = needed(text, strlen(text));
  char* copy = malloc(length + 1);
  if (!copy) return NULL;
  memcpy(copy, text, length);
  copy[length] = '\0';
  return copy;
}
