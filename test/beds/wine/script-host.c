/* Stand-in for cscript.exe and wscript.exe under Wine, whose own know no //E:ENGINE and end with a usage: takes that word out and runs Wine's
 * own, moved to C:\windows\bed under the same name, with the rest. The engine is then chosen by the extension, .js -> JScript.
 * Proves that our scripts run in a JScript; not that Windows takes //E:JScript, nor what else its hosts do. One more process of the same name. */
#include <windows.h>
#include <wchar.h>

int wmain(void) {
  static wchar_t line[32768], path[MAX_PATH], host[MAX_PATH];
  wchar_t *tail = GetCommandLineW(), *option;
  int quoted = 0;
  STARTUPINFOW startup;
  PROCESS_INFORMATION process;
  DWORD code;

  GetModuleFileNameW(NULL, path, MAX_PATH);
  swprintf(host, MAX_PATH, L"C:\\windows\\bed\\%ls", wcsrchr(path, L'\\') + 1);
  for (; *tail; tail++) {
    if (*tail == L'"') quoted = !quoted;
    else if (*tail == L' ' && !quoted) break;
  }
  swprintf(line, 32768, L"\"%ls\"%ls", host, tail);
  if ((option = wcsstr(line, L" //E:"))) {
    wchar_t *rest = wcschr(option + 1, L' ');
    if (rest) memmove(option, rest, (wcslen(rest) + 1) * sizeof *rest);
    else *option = 0;
  }
  GetStartupInfoW(&startup);
  startup.dwFlags |= STARTF_USESTDHANDLES;
  startup.hStdInput = GetStdHandle(STD_INPUT_HANDLE);
  startup.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
  startup.hStdError = GetStdHandle(STD_ERROR_HANDLE);
  startup.lpReserved2 = NULL;
  startup.cbReserved2 = 0;
  if (!CreateProcessW(host, line, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &process)) return 250;
  WaitForSingleObject(process.hProcess, INFINITE);
  GetExitCodeProcess(process.hProcess, &code);
  return (int)code;
}
