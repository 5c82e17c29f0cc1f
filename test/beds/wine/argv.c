/* argv.exe IN OUT: splits each command line of IN with CommandLineToArgvW and writes the words to OUT.
 * Both are little-endian records. IN: {u32 units, units of UTF-16}*.  OUT: {u32 words, {u32 units, units of UTF-16}*}*. */
#include <windows.h>
#include <shellapi.h>
#include <stdio.h>
#include <stdlib.h>

static void put(FILE *out, DWORD number) { fwrite(&number, sizeof number, 1, out); }

int wmain(int argc, wchar_t **argv) {
  FILE *in = _wfopen(argv[1], L"rb"), *out = _wfopen(argv[2], L"wb");
  DWORD units;
  if (!in || !out) return 2;
  while (fread(&units, sizeof units, 1, in) == 1) {
    wchar_t *line = malloc((units + 1) * sizeof *line);
    int words, i;
    if (fread(line, sizeof *line, units, in) != units) return 3;
    line[units] = 0;
    wchar_t **split = CommandLineToArgvW(line, &words);
    if (!split) return 4;
    put(out, words);
    for (i = 0; i < words; i++) {
      put(out, lstrlenW(split[i]));
      fwrite(split[i], sizeof **split, lstrlenW(split[i]), out);
    }
    LocalFree(split);
    free(line);
  }
  return fclose(out) ? 5 : 0;
}
