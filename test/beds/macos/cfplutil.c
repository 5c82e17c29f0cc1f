/* cfplutil FILE...: judges each FILE with Apple's own CFPropertyList parser (swift-corelibs CoreFoundation, loaded from
 * Debian's libFoundation.so). Writes FILE.xml (Apple's canonical XML) or FILE.err (Apple's words why not).
 * Exit 0 when every file got its answer, whichever it was; 2 when the oracle itself is broken. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef const void *CF;
enum { UTF8 = 0x08000100, XML_FORMAT = 100 }; /* CFString.h, CFPropertyList.h */

static void die(const char *what) {
  fprintf(stderr, "cfplutil: %s\n", what ? what : "unknown error");
  exit(2);
}

static void *library;
static void *symbol(const char *name) {
  void *found = dlsym(library, name);
  if (!found) die(dlerror());
  return found;
}

static unsigned char *slurp(const char *path, long *length) {
  FILE *file = fopen(path, "rb");
  if (!file) die(path);
  fseek(file, 0, SEEK_END);
  *length = ftell(file);
  rewind(file);
  unsigned char *bytes = malloc(*length + 1);
  if (!bytes || fread(bytes, 1, *length, file) != (size_t)*length) die(path);
  fclose(file);
  return bytes;
}

static void spill(const char *path, const char *suffix, const void *bytes, long length) {
  char name[4096];
  snprintf(name, sizeof name, "%s%s", path, suffix);
  FILE *file = fopen(name, "wb");
  if (!file || fwrite(bytes, 1, length, file) != (size_t)length || fclose(file)) die(name);
}

int main(int argc, char **argv) {
  library = dlopen("libFoundation.so", RTLD_NOW);
  if (!library) die(dlerror());
  CF (*data_create)(CF, const unsigned char *, long) = symbol("CFDataCreate");
  const unsigned char *(*data_bytes)(CF) = symbol("CFDataGetBytePtr");
  long (*data_length)(CF) = symbol("CFDataGetLength");
  CF (*parse)(CF, CF, unsigned long, long *, CF *) = symbol("CFPropertyListCreateWithData");
  CF (*write_plist)(CF, CF, long, unsigned long, CF *) = symbol("CFPropertyListCreateData");
  CF (*error_text)(CF) = symbol("CFErrorCopyDescription");
  CF (*error_info)(CF) = symbol("CFErrorCopyUserInfo");
  CF (*dict_get)(CF, CF) = symbol("CFDictionaryGetValue");
  unsigned char (*c_string)(CF, char *, long, unsigned) = symbol("CFStringGetCString");
  CF (*make_string)(CF, const char *, unsigned) = symbol("CFStringCreateWithCString");

  for (int i = 1; i < argc; i++) {
    long length = 0, format = 0;
    unsigned char *bytes = slurp(argv[i], &length);
    CF error = 0, plist = parse(0, data_create(0, bytes, length), 0, &format, &error);
    CF out = plist ? write_plist(0, plist, XML_FORMAT, 0, &error) : 0;
    if (out) {
      spill(argv[i], ".xml", data_bytes(out), data_length(out));
    } else {
      /* NSDebugDescription carries the parser's own message with its line; the description alone says only "Cocoa error 3840". */
      char text[4096] = "rejected without a reason";
      CF info = error ? error_info(error) : 0;
      CF words = info ? dict_get(info, make_string(0, "NSDebugDescription", UTF8)) : 0;
      if (!words && error) words = error_text(error);
      if (words) c_string(words, text, sizeof text, UTF8);
      spill(argv[i], ".err", text, strlen(text));
    }
    free(bytes);
  }
  return 0;
}
