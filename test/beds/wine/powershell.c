/* Stand-in for powershell.exe under Wine, whose own is a stub: of a command that holds AttachConsole(N), it does what that command says, with the same
 * four calls of Windows: leaves its console, takes that of process N, and sends Ctrl+C to all who share it. Ends with 1 where there is no such console.
 * Differs: Wine takes process group 0 for the caller's own, where Windows takes it for all who share the console; so every group is named in turn.
 * Proves that the right process is named, that its console can be had and that the program hears; not that PowerShell reads the command as we do. */
#include <windows.h>
#include <wchar.h>

int wmain(void) {
  wchar_t *call = wcsstr(GetCommandLineW(), L"AttachConsole(");
  for (; call && !wcschr(L"0123456789", call[14]); call = wcsstr(call + 14, L"AttachConsole(")) ;
  if (!call) return 2;
  FreeConsole();
  if (!AttachConsole(wcstoul(call + 14, 0, 10))) return 1;
  SetConsoleCtrlHandler(NULL, TRUE);
  for (DWORD group = 4; group < 16384; group += 4) GenerateConsoleCtrlEvent(CTRL_C_EVENT, group);
  return 0;
}
