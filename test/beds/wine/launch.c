/* launch.exe CODEFILE TIMEOUT_MS PROGRAM ARGS...: runs PROGRAM with the rest of our own command line, untouched, and writes its
 * whole 32-bit exit code to CODEFILE (through Unix only 8 bits survive: sc.exe's 1060 would read 36). "timeout" when it took too
 * long (its whole process tree is ended), "error N" when it could not be started. */
#include <windows.h>
#include <stdio.h>

static wchar_t *skip_word(wchar_t *p) { /* argv[0..2] hold no escaped quotes: session.sh chooses them */
  int quoted = 0;
  for (; *p && (quoted || (*p != L' ' && *p != L'\t')); p++) if (*p == L'"') quoted = !quoted;
  while (*p == L' ' || *p == L'\t') p++;
  return p;
}

int wmain(int argc, wchar_t **argv) {
  static wchar_t line[32768];
  STARTUPINFOW startup = {sizeof startup};
  PROCESS_INFORMATION process;
  DWORD code;
  FILE *out;
  if (argc < 4 || !(out = _wfopen(argv[1], L"w"))) return 2;
  lstrcpynW(line, skip_word(skip_word(skip_word(GetCommandLineW()))), 32768);
  startup.dwFlags = STARTF_USESTDHANDLES;
  startup.hStdInput = GetStdHandle(STD_INPUT_HANDLE);
  startup.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
  startup.hStdError = GetStdHandle(STD_ERROR_HANDLE);
  HANDLE job = CreateJobObjectW(0, 0);
  if (!CreateProcessW(0, line, 0, 0, TRUE, CREATE_SUSPENDED, 0, 0, &startup, &process)) {
    fprintf(out, "error %lu", GetLastError());
    fclose(out);
    return 1;
  }
  AssignProcessToJobObject(job, process.hProcess);
  ResumeThread(process.hThread);
  if (WaitForSingleObject(process.hProcess, wcstoul(argv[2], 0, 10)) == WAIT_TIMEOUT) {
    TerminateJobObject(job, 1);
    fprintf(out, "timeout");
  } else {
    GetExitCodeProcess(process.hProcess, &code);
    fprintf(out, "%lu", code);
  }
  fclose(out);
  return 0;
}
