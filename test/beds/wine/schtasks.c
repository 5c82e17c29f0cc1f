/* Stand-in for schtasks.exe under Wine, whose own cannot create a task and answers every query with 0. A task is a file C:\windows\bed\tasks\NAME.xml, which a
 * test puts there. Knows /Query /TN N /XML, /Change /TN N /DISABLE or /ENABLE, /End /TN N, /Delete /TN N /F and /Run /TN N, with Windows' codes; anything else
 * is refused. Proves that the right calls are made in the right order (C:\windows\bed\tasks\calls), not that Windows' scheduler does what they say. */
#include <windows.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

static wchar_t path[600];
static char text[65536];

static int load(void) {
  FILE *f = _wfopen(path, L"rb");
  if (!f) { fprintf(stderr, "FEHLER: Das System kann die angegebene Datei nicht finden.\n"); return 0; }
  text[fread(text, 1, sizeof text - 1, f)] = 0;
  fclose(f);
  return 1;
}
static void save(void) { FILE *f = _wfopen(path, L"wb"); fwrite(text, 1, strlen(text), f); fclose(f); }
/* The <Enabled> of <Settings>, not that of a trigger. */
static void enable(int on) {
  char *settings = strstr(text, "<Settings>"), *enabled = settings ? strstr(settings, "<Enabled>") : 0, *end = enabled ? strchr(enabled, '/') : 0;
  char rest[65536];
  const char *word = on ? "<Enabled>true<" : "<Enabled>false<";
  if (!settings) return;
  if (enabled) { strcpy(rest, end); strcpy(enabled, word); strcat(enabled, rest); return; }
  strcpy(rest, settings + 10);
  sprintf(settings + 10, "%s/Enabled>%s", word, rest);
}

int wmain(int c, wchar_t **v) {
  FILE *calls = _wfopen(L"C:\\windows\\bed\\tasks\\calls", L"ab");
  int i;
  if (calls) { for (i = 1; i < c; i++) fprintf(calls, "%ls%s", v[i], i + 1 < c ? " " : "\n"); fclose(calls); }
  if (c < 4 || wcscmp(v[2], L"/TN")) { fprintf(stderr, "FEHLER: Ungueltige Syntax.\n"); return 1; }
  swprintf(path, 600, L"C:\\windows\\bed\\tasks\\%ls.xml", v[3]);
  if (!wcscmp(v[1], L"/Query") && c == 5 && !wcscmp(v[4], L"/XML")) { if (!load()) return 1; fputs(text, stdout); return 0; }
  if (!wcscmp(v[1], L"/Query") && c == 4) return load() ? 0 : 1;
  if (!wcscmp(v[1], L"/Change") && c == 5 && (!wcscmp(v[4], L"/DISABLE") || !wcscmp(v[4], L"/ENABLE"))) { if (!load()) return 1; enable(!wcscmp(v[4], L"/ENABLE")); save(); return 0; }
  if ((!wcscmp(v[1], L"/End") || !wcscmp(v[1], L"/Run")) && c == 4) return load() ? 0 : 1;
  if (!wcscmp(v[1], L"/Delete") && c == 5 && !wcscmp(v[4], L"/F")) { if (!load()) return 1; return DeleteFileW(path) ? 0 : 1; }
  fprintf(stderr, "FEHLER: Ungueltige Syntax.\n");
  return 1;
}
