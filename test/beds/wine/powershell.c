/* Stand-in for powershell.exe under Wine, whose own is a stub. It knows three commands, and does what each says with the calls of Windows behind it:
 * - one that holds AttachConsole(N): leaves its console, takes that of process N, and sends Ctrl+C to all who share it. Ends with 1 where there is none.
 *   Differs: Wine takes process group 0 for the caller's own, where Windows takes it for all who share the console; so every group is named in turn.
 * - -EncodedCommand of Start-Process ... -Verb RunAs: starts that program with BED_ELEVATED=1, which the stand-in for net.exe takes for admin rights; ends with
 *   1223, as the script says, where C:\windows\bed\uac-declined is there. Wine has no UAC.
 * - -EncodedCommand of Win32_Service ... .Change(): reads the password from standard input and sets the account. "wrong" is refused with 22.
 * Proves that the right words are there and reach the right place; not that PowerShell reads the command as we do. */
#include <windows.h>
#include <stdio.h>
#include <wchar.h>

static wchar_t script[16384];

static int decode(const wchar_t *text) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  unsigned char *out = (unsigned char *)script;
  unsigned bits = 0, have = 0, n = 0;
  for (; *text && *text != L'='; text++) {
    const char *d = *text < 128 ? strchr(digits, (char)*text) : 0;
    if (!d || n + 4 > sizeof script) return 0;
    bits = bits << 6 | (unsigned)(d - digits);
    if ((have += 6) >= 8) out[n++] = (unsigned char)(bits >> (have -= 8));
  }
  return n > 0;
}

/* The text in single quotes after `word`; a doubled quote is one. */
static int quoted(const wchar_t *word, wchar_t *to) {
  wchar_t *p = wcsstr(script, word);
  if (!p || !(p = wcschr(p + wcslen(word), L'\''))) return 0;
  for (p++; *p; p++) {
    if (*p == L'\'' && p[1] != L'\'') { *to = 0; return 1; }
    if (*p == L'\'') p++;
    *to++ = *p;
  }
  return 0;
}

static int elevated(void) {
  static wchar_t file[1024], args[8192], folder[1024], line[10000];
  STARTUPINFOW si = {sizeof si};
  PROCESS_INFORMATION pi;
  if (!wcsstr(script, L"-WindowStyle Hidden") || !quoted(L"-FilePath ", file) || !quoted(L"-ArgumentList ", args) || !quoted(L"-WorkingDirectory ", folder)) return 2;
  if (GetFileAttributesW(L"C:\\windows\\bed\\uac-declined") != INVALID_FILE_ATTRIBUTES) return 1223;
  SetEnvironmentVariableW(L"BED_ELEVATED", L"1");
  swprintf(line, 10000, L"\"%ls\" %ls", file, args);
  si.dwFlags = STARTF_USESHOWWINDOW;
  return CreateProcessW(file, line, 0, 0, FALSE, CREATE_NEW_CONSOLE, 0, folder, &si, &pi) ? 0 : 1223;
}

static int account(void) {
  static wchar_t name[256], who[256], password[256];
  static char bytes[256];
  wchar_t filter[300], *at;
  DWORD n = 0;
  SC_HANDLE h;
  if (!quoted(L"-Filter ", filter) || !(at = wcschr(filter, L'\''))) return 2;
  wcscpy(name, at + 1);
  *wcschr(name, L'\'') = 0;
  if (!quoted(L".Change($null, $null, $null, $null, $null, $null, ", who)) return 2;
  ReadFile(GetStdHandle(STD_INPUT_HANDLE), bytes, sizeof bytes - 1, &n, 0);
  MultiByteToWideChar(CP_UTF8, 0, bytes, n, password, 255);
  if (!wcscmp(password, L"wrong")) return 22;
  if (!(h = OpenServiceW(OpenSCManagerW(0, 0, SC_MANAGER_ALL_ACCESS), name, SERVICE_ALL_ACCESS))) return 1060;
  return ChangeServiceConfigW(h, SERVICE_NO_CHANGE, SERVICE_NO_CHANGE, SERVICE_NO_CHANGE, 0, 0, 0, 0, who, password, 0) ? 0 : 21;
}

int wmain(int c, wchar_t **v) {
  wchar_t *call;
  int i;
  for (i = 1; i + 1 < c; i++) {
    if (wcscmp(v[i], L"-EncodedCommand")) continue;
    if (!decode(v[i + 1])) return 2;
    if (wcsstr(script, L"-Verb RunAs")) return elevated();
    if (wcsstr(script, L"Win32_Service")) return account();
    return 2;
  }
  call = wcsstr(GetCommandLineW(), L"AttachConsole(");
  for (; call && !wcschr(L"0123456789", call[14]); call = wcsstr(call + 14, L"AttachConsole(")) ;
  if (!call) return 2;
  FreeConsole();
  if (!AttachConsole(wcstoul(call + 14, 0, 10))) return 1;
  SetConsoleCtrlHandler(NULL, TRUE);
  for (DWORD group = 4; group < 16384; group += 4) GenerateConsoleCtrlEvent(CTRL_C_EVENT, group);
  return 0;
}
