@echo off
setlocal EnableExtensions DisableDelayedExpansion
rem Takes the service HermesGateway away. Codes: 0 done, or nothing was there; 1 failed; 4 needs admin rights.
rem Written by hermes-install from a profile: change the profile, not this file.
"%SystemRoot%\System32\chcp.com" 65001 >NUL 2>&1
set "hi_dir=C:\ProgramData\hermes-install\HermesGateway"
set "hi_exe=%hi_dir%\HermesGateway.exe"
set "hi_gone="
if exist "C:\Users\user\AppData\Local\hermes-install\HermesGateway\startup.cmd" (
  call "C:\Users\user\AppData\Local\hermes-install\HermesGateway\startup.cmd" uninstall || exit /b 1
  del /f /q "C:\Users\user\AppData\Local\hermes-install\HermesGateway\startup.cmd" 2>NUL
  del /f /q "C:\Users\user\AppData\Local\hermes-install\HermesGateway\startup.js" 2>NUL
  rmdir "C:\Users\user\AppData\Local\hermes-install\HermesGateway" 2>NUL
  set "hi_gone=yes"
)
call :state
if "%hi_state%"=="0" if not exist "%hi_exe%" goto :done
call :admin
if not "%ERRORLEVEL%"=="0" (
  >&2 echo HermesGateway: needs admin rights. In a prompt that is run as administrator:
  >&2 echo   "%~f0"
  exit /b 4
)
if "%hi_state%"=="0" goto :files
call :image
if /i not "%hi_image%"=="%hi_exe%" (
  >&2 echo HermesGateway: the service of this name is not ours: "%hi_image%"
  exit /b 1
)
call :stopService
if not "%ERRORLEVEL%"=="0" (
  >&2 echo HermesGateway: the service does not stop
  exit /b 1
)
call :deleteService
if not "%ERRORLEVEL%"=="0" (
  >&2 echo HermesGateway: the service is marked for deletion and stays until the last program that looks at it is closed: services.msc, the task manager
  exit /b 1
)
:files
call :remove "%hi_exe%" || exit /b 1
call :remove "C:\ProgramData\hermes-install\HermesGateway\HermesGateway.xml" || exit /b 1
call :remove "C:\ProgramData\hermes-install\HermesGateway\recovery.cmd" || exit /b 1
call :remove "C:\ProgramData\hermes-install\HermesGateway\stop.js" || exit /b 1
call :remove "C:\ProgramData\hermes-install\HermesGateway\launcher.cmd" || exit /b 1
del /f /q "C:\Users\user\AppData\Local\hermes\logs\HermesGateway.wrapper.log" 2>NUL
rmdir "%hi_dir%" 2>NUL
set "hi_gone=yes"
:done
if defined hi_gone (echo HermesGateway: removed) else echo HermesGateway: nothing to do
exit /b 0

rem A program that has just ended may hold its file for a moment.
:remove
set /a hi_tries=10
:removeAgain
if not exist "%~1" exit /b 0
del /f /q "%~1" 2>NUL
if not exist "%~1" exit /b 0
set /a hi_tries-=1
call :second
if %hi_tries% GTR 0 goto :removeAgain
>&2 echo HermesGateway: cannot delete "%~1"
exit /b 1

rem hi_state: 0 absent, 1 stopped, 2 start pending, 3 stop pending, 4 running.
:state
set "hi_state=0"
set "hi_line=0"
"%SystemRoot%\System32\sc.exe" query "HermesGateway" >NUL 2>&1
if not "%ERRORLEVEL%"=="0" exit /b 0
for /f "tokens=2 delims=:" %%A in ('%SystemRoot%\System32\sc.exe query "HermesGateway"') do (
  set /a hi_line+=1 >NUL
  call :third "%%A"
)
exit /b 0
rem The third line with a colon is the state, in every language.
:third
if "%hi_line%"=="3" for /f "tokens=1" %%S in ("%~1") do set "hi_state=%%S"
exit /b 0

rem Waits until the state is %1, at most %2 seconds. timeout.exe does not run without a console.
:await
set /a hi_left=%2
:awaitAgain
call :state
if "%hi_state%"=="%1" exit /b 0
if %hi_left% LEQ 0 exit /b 1
set /a hi_left-=1
call :second
goto :awaitAgain

:second
"%SystemRoot%\System32\ping.exe" -n 2 127.0.0.1 >NUL 2>&1
exit /b 0

:stopService
call :state
if "%hi_state%"=="0" exit /b 0
if "%hi_state%"=="1" exit /b 0
"%SystemRoot%\System32\sc.exe" stop "HermesGateway" >NUL 2>&1
call :await 1 35
exit /b %ERRORLEVEL%

rem 1072: marked for deletion, until the last handle is closed.
:deleteService
call :state
if "%hi_state%"=="0" exit /b 0
"%SystemRoot%\System32\sc.exe" delete "HermesGateway" >NUL 2>&1
call :await 0 30
exit /b %ERRORLEVEL%

rem The registry says whose the service is: hi_image is the path of its program without quotes.
:image
set "hi_image="
for /f "tokens=2,*" %%A in ('%SystemRoot%\System32\reg.exe query "HKLM\SYSTEM\CurrentControlSet\Services\HermesGateway" /v ImagePath 2^>NUL') do if not "%%~B"=="" set "hi_image=%%~B"
exit /b 0

:admin
"%SystemRoot%\System32\reg.exe" query HKU\S-1-5-19 >NUL 2>&1 && exit /b 0
"%SystemRoot%\System32\net.exe" session >NUL 2>&1 && exit /b 0
exit /b 1
