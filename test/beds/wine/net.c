/* Stand-in for net.exe under Wine, where everybody is an administrator: `net session` says so only to a process that the stand-in for UAC started
 * (powershell.c), and 2 to others, as Windows does. */
#include <windows.h>

int wmain(void) {
  wchar_t value[8];
  return GetEnvironmentVariableW(L"BED_ELEVATED", value, 8) ? 0 : 2;
}
