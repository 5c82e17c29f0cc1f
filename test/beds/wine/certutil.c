/* Stand-in for `certutil -hashfile FILE SHA256` under Wine, whose own prints nothing: three lines, as Windows 10 prints them in German, so that
 * nobody reads the words. Proves that our scripts find the sum in such an answer and act on it; not what certutil of another Windows prints. */
#include <windows.h>
#include <bcrypt.h>
#include <stdio.h>

int wmain(int argc, wchar_t **argv) {
  static BYTE buffer[65536], sum[32];
  BCRYPT_ALG_HANDLE algorithm;
  BCRYPT_HASH_HANDLE hash;
  FILE *file;
  size_t length;
  int i;

  if (argc != 4 || _wcsicmp(argv[1], L"-hashfile") || _wcsicmp(argv[3], L"SHA256")) return 1;
  if (!(file = _wfopen(argv[2], L"rb"))) {
    printf("CertUtil: -hashfile command FAILED: 0x80070002 (WIN32: 2 ERROR_FILE_NOT_FOUND)\n");
    return 0x80070002;
  }
  BCryptOpenAlgorithmProvider(&algorithm, L"SHA256", NULL, 0);
  BCryptCreateHash(algorithm, &hash, NULL, 0, NULL, 0, 0);
  while ((length = fread(buffer, 1, sizeof buffer, file)) > 0) BCryptHashData(hash, buffer, length, 0);
  BCryptFinishHash(hash, sum, sizeof sum, 0);
  printf("SHA256-Hash von %ls:\n", argv[2]);
  for (i = 0; i < 32; i++) printf("%02x", sum[i]);
  printf("\nCertUtil: -hashfile-Befehl wurde erfolgreich ausgef\x81hrt.\n");
  return 0;
}
