@echo off
setlocal EnableExtensions DisableDelayedExpansion
rem Installs the service ExampleNodeServer from the folder this file lies in. A second run changes nothing. Codes: 0 done, 1 failed and undone, 4 needs admin rights.
rem Written by hermes-install from a profile: change the profile, not this file.
"%SystemRoot%\System32\chcp.com" 65001 >NUL 2>&1
set "hi_dir=C:\ProgramData\hermes-install\ExampleNodeServer"
set "hi_exe=%hi_dir%\ExampleNodeServer.exe"
set "hi_new="
set "hi_changed="
set "hi_was=0"
set "hi_user="
rem Where a Startup item that is replaced waits until it is known that it is not needed any more.
set "hi_aside=%hi_dir%"
call :admin
if not "%ERRORLEVEL%"=="0" goto :unprivileged

rem --- the program that makes a service of it: pinned by its sha256 ---
set "hi_arch=%PROCESSOR_ARCHITECTURE%"
if defined PROCESSOR_ARCHITEW6432 set "hi_arch=%PROCESSOR_ARCHITEW6432%"
set "hi_sha="
if /i "%hi_arch%"=="AMD64" set "hi_sha=a2daa6a33a9c2b791ae31d9092e7935c339d1e03e89bfb747618ce2f4e819e20"
if /i "%hi_arch%"=="AMD64" set "hi_url=https://github.com/winsw/winsw/releases/download/v3.0.0-alpha.11/WinSW-x64.exe"
if /i "%hi_arch%"=="AMD64" set "hi_file=WinSW-x64.exe"
if /i "%hi_arch%"=="x86" set "hi_sha=3201432b44825b0dc763eb4052dc84b179314e2a338794c9f5f797e8fe2bb0fc"
if /i "%hi_arch%"=="x86" set "hi_url=https://github.com/winsw/winsw/releases/download/v3.0.0-alpha.11/WinSW-x86.exe"
if /i "%hi_arch%"=="x86" set "hi_file=WinSW-x86.exe"
if /i "%hi_arch%"=="ARM64" set "hi_sha=3201432b44825b0dc763eb4052dc84b179314e2a338794c9f5f797e8fe2bb0fc"
if /i "%hi_arch%"=="ARM64" set "hi_url=https://github.com/winsw/winsw/releases/download/v3.0.0-alpha.11/WinSW-x86.exe"
if /i "%hi_arch%"=="ARM64" set "hi_file=WinSW-x86.exe"
if not defined hi_sha (
  >&2 echo ExampleNodeServer: no WinSW is known for the processor architecture %hi_arch%
  exit /b 1
)
set "hi_cache=C:\ProgramData\hermes-install\winsw\3.0.0-alpha.11"
set "hi_winsw="
set "hi_seen="
for %%F in ("%~dp0ExampleNodeServer.exe" "%HERMES_INSTALL_WINSW%" "%hi_cache%\%hi_file%" "%hi_exe%") do call :candidate %%F
if not defined hi_winsw (
  >&2 echo ExampleNodeServer: WinSW is missing or is another file than the pinned one.
  if defined hi_seen >&2 echo   looked at: "%hi_seen%"
  >&2 echo   get it from "%hi_url%"
  >&2 echo   its sha256 must be %hi_sha%
  >&2 echo   put it here: "%~dp0ExampleNodeServer.exe", or set HERMES_INSTALL_WINSW to its path
  exit /b 1
)

rem --- whose is the service of this name ---
call :state
set "hi_was=%hi_state%"
if not "%hi_was%"=="0" (
  call :image
)
if not "%hi_was%"=="0" if /i not "%hi_image%"=="%hi_exe%" (
  >&2 echo ExampleNodeServer: there is a service of this name already, and it is not ours: "%hi_image%"
  exit /b 1
)

rem --- what differs ---
set "hi_copies=0"
call :compare "%hi_winsw%" "%hi_exe%"
call :compare "%~dp0ExampleNodeServer.xml" "C:\ProgramData\hermes-install\ExampleNodeServer\ExampleNodeServer.xml"
call :compare "%~dp0recovery.cmd" "C:\ProgramData\hermes-install\ExampleNodeServer\recovery.cmd"
call :compare "%~dp0launcher.cmd" "C:\ProgramData\hermes-install\ExampleNodeServer\launcher.cmd"
if "%hi_was%"=="0" set "hi_changed=yes"
call :findReplaced
if exist "C:\Users\user\AppData\Local\hermes-install\ExampleNodeServer\startup.cmd" set "hi_old=yes"
if "%hi_changed%%hi_old%"=="" if "%hi_was%"=="4" goto :nothing

rem --- from here on everything is undone when something fails ---
if not exist "C:\ProgramData\hermes-install" mkdir "C:\ProgramData\hermes-install" || goto :failed
if not exist "C:\ProgramData\hermes-install\ExampleNodeServer" mkdir "C:\ProgramData\hermes-install\ExampleNodeServer" || goto :failed
rem only administrators and the service may look into its folder
"%SystemRoot%\System32\icacls.exe" C:\ProgramData\hermes-install\ExampleNodeServer /inheritance:r /grant:r *S-1-5-18:^(OI^)^(CI^)F *S-1-5-32-544:^(OI^)^(CI^)F /T >NUL || goto :failed
if not exist "C:\ProgramData\hermes-install\ExampleNodeServer\logs" mkdir "C:\ProgramData\hermes-install\ExampleNodeServer\logs" || goto :failed
call :retireReplaced || goto :failed
if exist "C:\Users\user\AppData\Local\hermes-install\ExampleNodeServer\startup.cmd" call "C:\Users\user\AppData\Local\hermes-install\ExampleNodeServer\startup.cmd" stop || goto :failed
if not defined hi_changed goto :installed
call :stopService
if not "%ERRORLEVEL%"=="0" (
  >&2 echo ExampleNodeServer: the running service does not stop
  goto :failed
)
call :put "%hi_winsw%" "%hi_exe%" || goto :failed
call :put "%~dp0ExampleNodeServer.xml" "C:\ProgramData\hermes-install\ExampleNodeServer\ExampleNodeServer.xml" || goto :failed
call :put "%~dp0recovery.cmd" "C:\ProgramData\hermes-install\ExampleNodeServer\recovery.cmd" || goto :failed
call :put "%~dp0launcher.cmd" "C:\ProgramData\hermes-install\ExampleNodeServer\launcher.cmd" || goto :failed
if "%hi_was%"=="0" (set "hi_new=yes") else goto :configure
rem register the service
"C:\ProgramData\hermes-install\ExampleNodeServer\ExampleNodeServer.exe" install || goto :failed
goto :recovery
:configure
rem set how the service starts
"%SystemRoot%\System32\sc.exe" config ExampleNodeServer start= auto depend= / DisplayName= ^"Example Node server^" >NUL || goto :failed
rem set what the service says of itself
"%SystemRoot%\System32\sc.exe" description ExampleNodeServer ^"Serves the example application^" >NUL || goto :failed
:recovery
rem the delays before each restart, and the time after which they start again
"%SystemRoot%\System32\sc.exe" failure ExampleNodeServer reset= 60 actions= restart/1000/restart/5000/restart/30000 >NUL || goto :failed
rem a failure that the service reports counts like a crash
"%SystemRoot%\System32\sc.exe" failureflag ExampleNodeServer 1 >NUL || goto :failed

:installed
call :run
if not "%ERRORLEVEL%"=="0" goto :failed
rem --- it works: what was kept for going back is not needed any more ---
call :removeReplaced
if exist "C:\Users\user\AppData\Local\hermes-install\ExampleNodeServer\startup.cmd" (
  call "C:\Users\user\AppData\Local\hermes-install\ExampleNodeServer\startup.cmd" uninstall
  rmdir /s /q "C:\Users\user\AppData\Local\hermes-install\ExampleNodeServer"
)
call :forget "%hi_exe%"
call :forget "C:\ProgramData\hermes-install\ExampleNodeServer\ExampleNodeServer.xml"
call :forget "C:\ProgramData\hermes-install\ExampleNodeServer\recovery.cmd"
call :forget "C:\ProgramData\hermes-install\ExampleNodeServer\launcher.cmd"
echo ExampleNodeServer: installed and running
exit /b 0

:nothing
echo ExampleNodeServer: nothing to do
exit /b 0

:failed
>&2 echo ExampleNodeServer: failed; going back to what was there before
if defined hi_new call :deleteNew
if defined hi_changed call :stopService
call :restore "%hi_exe%"
call :restore "C:\ProgramData\hermes-install\ExampleNodeServer\ExampleNodeServer.xml"
call :restore "C:\ProgramData\hermes-install\ExampleNodeServer\recovery.cmd"
call :restore "C:\ProgramData\hermes-install\ExampleNodeServer\launcher.cmd"
if defined hi_changed if not defined hi_new if not "%hi_was%"=="0" (
  rem The settings of the service come from the files that are back now.
  call :again
)
call :restoreReplaced
if exist "C:\Users\user\AppData\Local\hermes-install\ExampleNodeServer\startup.cmd" call "C:\Users\user\AppData\Local\hermes-install\ExampleNodeServer\startup.cmd" start
if "%hi_was%"=="4" call :startAgain
exit /b 1

:startAgain
call :state
if "%hi_state%"=="4" exit /b 0
"%SystemRoot%\System32\sc.exe" start "ExampleNodeServer" >NUL 2>&1
call :await 4 30
exit /b 0

:deleteNew
call :stopService
call :deleteService
exit /b 0

rem The old recovery.cmd, if there was one, lies beside the old files again.
:again
if exist "%hi_dir%\recovery.cmd" call "%hi_dir%\recovery.cmd" >NUL 2>&1
exit /b 0

rem Starts the service, and waits for its health.
:run
call :state
if "%hi_state%"=="4" if not defined hi_changed if not defined hi_old exit /b 0
if not "%hi_state%"=="4" "%SystemRoot%\System32\sc.exe" start "ExampleNodeServer" >NUL 2>&1
rem Sees it stay, and looks at its health.
:healthy
set "hi_up=0"
set "hi_looks=0"
call :clock
set "hi_began=%hi_clock%"
:look
call :steady || goto :notYet
"%SystemRoot%\System32\cscript.exe" //B //Nologo //E:JScript "%~dp0health.js" || goto :notYet
exit /b 0
:notYet
call :clock
set /a hi_spent=hi_clock-hi_began
rem Past midnight.
if %hi_spent% LSS 0 set /a hi_spent+=86400
rem A look takes a second or more, so as many looks are enough where there is no clock to read.
set /a hi_looks+=1
if %hi_spent% GEQ 30 goto :unhealthy
if %hi_looks% GTR 30 goto :unhealthy
call :second
goto :look
:unhealthy
set "hi_how=; state %hi_state% (1 stopped, 2 starting, 4 running)"
if defined hi_user set "hi_how="
>&2 echo ExampleNodeServer: not healthy after 30 s%hi_how%
exit /b 1

:steady
if not defined hi_user goto :steadyService
rem Its supervisor may be up while the program is not; startup.js knows how long that has run.
"%SystemRoot%\System32\cscript.exe" //B //Nologo //E:JScript "C:\Users\user\AppData\Local\hermes-install\ExampleNodeServer\startup.js" steady
exit /b %ERRORLEVEL%
:steadyService
call :state
if "%hi_state%"=="4" (set /a hi_up+=1) else set "hi_up=0"
if %hi_up% GTR 2 exit /b 0
exit /b 1

rem hi_clock: seconds since midnight. TIME is HH:MM:SS and a fraction in every language, its first digit a blank before ten.
:clock
set "hi_time=%TIME: =0%"
set "hi_clock="
set /a hi_clock=(1%hi_time:~0,2%-100)*3600+(1%hi_time:~3,2%-100)*60+(1%hi_time:~6,2%-100) >NUL 2>&1
if not defined hi_clock set "hi_clock=0"
exit /b 0

rem --- what is replaced: looked for, kept from starting and stopped, and in the end removed, or restored ---
:findReplaced
set "hi_old="
exit /b 0

rem First all that could be denied, then what takes a running program away.
:retireReplaced
exit /b 0

:removeReplaced
exit /b 0

:restoreReplaced
exit /b 0

rem hi_sum: the sha256 of a file, empty when there is none. The second line of certutil's answer is the sum, in every language; old ones put blanks in.
:sum
set "hi_sum="
if not exist "%~1" exit /b 0
for /f "usebackq skip=1 delims=" %%H in (`%SystemRoot%\System32\certutil.exe -hashfile "%~1" SHA256`) do if not defined hi_sum set "hi_sum=%%H"
if defined hi_sum set "hi_sum=%hi_sum: =%"
exit /b 0

rem Takes the file for WinSW if its sha256 is the pinned one.
:candidate
if defined hi_winsw exit /b 0
if "%~1"=="" exit /b 0
if not exist "%~1" exit /b 0
set "hi_seen=%~1"
call :sum "%~1"
if /i "%hi_sum%"=="%hi_sha%" set "hi_winsw=%~f1"
exit /b 0

rem Answers with 0 when both files are there and the same.
:same
if /i "%~f1"=="%~f2" exit /b 0
call :sum "%~1"
set "hi_one=%hi_sum%"
call :sum "%~2"
if defined hi_sum if /i "%hi_one%"=="%hi_sum%" exit /b 0
exit /b 1

:compare
if not exist "%~1" (
  >&2 echo ExampleNodeServer: a file of this tree is missing: "%~1"
  set "hi_changed=yes"
  exit /b 0
)
call :same "%~1" "%~2"
if not "%ERRORLEVEL%"=="0" set "hi_changed=yes"
exit /b 0

rem A new file beside the old one, then two renames: at no time is there half a file. The old one stays as .old.
:put
call :same "%~1" "%~2" && exit /b 0
copy /b /y "%~1" "%~2.new" >NUL || exit /b 1
if exist "%~2.old" del /f /q "%~2.old"
if exist "%~2" move /y "%~2" "%~2.old" >NUL || exit /b 1
if not exist "%~2.old" type NUL >"%~2.none"
move /y "%~2.new" "%~2" >NUL || exit /b 1
exit /b 0

:forget
if exist "%~1.old" del /f /q "%~1.old"
if exist "%~1.none" del /f /q "%~1.none"
exit /b 0

:restore
if exist "%~1.new" del /f /q "%~1.new"
if exist "%~1.old" move /y "%~1.old" "%~1" >NUL
if exist "%~1.none" del /f /q "%~1" "%~1.none"
exit /b 0

:unprivileged
rem A user may ask for a service, but not look into its folder: whether anything of it differs cannot be known here.
call :state
if "%hi_state%"=="0" goto :noService
call :image
if /i not "%hi_image%"=="%hi_exe%" (
  >&2 echo ExampleNodeServer: there is a service of this name already, and it is not ours: "%hi_image%"
  exit /b 1
)
>&2 echo ExampleNodeServer: is installed as a service already; to change it, or to see whether anything differs, takes admin rights.
goto :elevate
:noService
echo ExampleNodeServer: no admin rights, so no service: it will start when you log in
set "hi_user=yes"
set "hi_aside=C:\Users\user\AppData\Local\hermes-install\ExampleNodeServer"
set "hi_fresh="
if not exist "C:\Users\user\AppData\Local\hermes-install\ExampleNodeServer\startup.cmd" set "hi_fresh=yes"
if not defined hi_fresh call "C:\Users\user\AppData\Local\hermes-install\ExampleNodeServer\startup.cmd" status >NUL 2>&1 && set "hi_was=4"
call :compare "%~dp0startup.cmd" "C:\Users\user\AppData\Local\hermes-install\ExampleNodeServer\startup.cmd"
call :compare "%~dp0startup.js" "C:\Users\user\AppData\Local\hermes-install\ExampleNodeServer\startup.js"
call :findReplaced
if not exist "C:\Users\user\AppData\Local\hermes-install\ExampleNodeServer" mkdir "C:\Users\user\AppData\Local\hermes-install\ExampleNodeServer" || exit /b 1

rem --- from here on everything is undone when something fails ---
set "hi_code=4"
call :retireReplaced || goto :fallbackFailed
set "hi_code=1"
if not defined hi_changed goto :fallbackInstalled
if not defined hi_fresh call "C:\Users\user\AppData\Local\hermes-install\ExampleNodeServer\startup.cmd" stop || goto :fallbackFailed
call :put "%~dp0startup.cmd" "C:\Users\user\AppData\Local\hermes-install\ExampleNodeServer\startup.cmd" || goto :fallbackFailed
call :put "%~dp0startup.js" "C:\Users\user\AppData\Local\hermes-install\ExampleNodeServer\startup.js" || goto :fallbackFailed
:fallbackInstalled
call "C:\Users\user\AppData\Local\hermes-install\ExampleNodeServer\startup.cmd" install || goto :fallbackFailed
call "C:\Users\user\AppData\Local\hermes-install\ExampleNodeServer\startup.cmd" start || goto :fallbackFailed
if "%hi_changed%%hi_old%"=="" if "%hi_was%"=="4" exit /b 0
call :healthy || goto :fallbackFailed
call :removeReplaced
call :forget "C:\Users\user\AppData\Local\hermes-install\ExampleNodeServer\startup.cmd"
call :forget "C:\Users\user\AppData\Local\hermes-install\ExampleNodeServer\startup.js"
echo ExampleNodeServer: installed and running, for you
exit /b 0

:fallbackFailed
>&2 echo ExampleNodeServer: failed; going back to what was there before
if "%hi_code%"=="4" goto :fallbackBack
if not defined hi_changed goto :fallbackBack
if not exist "C:\Users\user\AppData\Local\hermes-install\ExampleNodeServer\startup.cmd" goto :fallbackBack
if defined hi_fresh (call "C:\Users\user\AppData\Local\hermes-install\ExampleNodeServer\startup.cmd" uninstall) else call "C:\Users\user\AppData\Local\hermes-install\ExampleNodeServer\startup.cmd" stop
:fallbackBack
call :restore "C:\Users\user\AppData\Local\hermes-install\ExampleNodeServer\startup.cmd"
call :restore "C:\Users\user\AppData\Local\hermes-install\ExampleNodeServer\startup.js"
call :restoreReplaced
if "%hi_was%"=="4" call "C:\Users\user\AppData\Local\hermes-install\ExampleNodeServer\startup.cmd" start
if defined hi_fresh rmdir "C:\Users\user\AppData\Local\hermes-install\ExampleNodeServer" 2>NUL
if not "%hi_code%"=="4" exit /b 1
>&2 echo ExampleNodeServer: nothing was installed, because that takes admin rights.
:elevate
>&2 echo   In a prompt that is run as administrator:
>&2 echo   "%~f0"
exit /b 4

rem hi_state: 0 absent, 1 stopped, 2 start pending, 3 stop pending, 4 running.
:state
set "hi_state=0"
set "hi_line=0"
"%SystemRoot%\System32\sc.exe" query "ExampleNodeServer" >NUL 2>&1
if not "%ERRORLEVEL%"=="0" exit /b 0
for /f "tokens=2 delims=:" %%A in ('%SystemRoot%\System32\sc.exe query "ExampleNodeServer"') do (
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
"%SystemRoot%\System32\sc.exe" stop "ExampleNodeServer" >NUL 2>&1
call :await 1 30
exit /b %ERRORLEVEL%

rem 1072: marked for deletion, until the last handle is closed.
:deleteService
call :state
if "%hi_state%"=="0" exit /b 0
"%SystemRoot%\System32\sc.exe" delete "ExampleNodeServer" >NUL 2>&1
call :await 0 30
exit /b %ERRORLEVEL%

rem The registry says whose the service is: hi_image is the path of its program without quotes.
:image
set "hi_image="
for /f "tokens=2,*" %%A in ('%SystemRoot%\System32\reg.exe query "HKLM\SYSTEM\CurrentControlSet\Services\ExampleNodeServer" /v ImagePath 2^>NUL') do if not "%%~B"=="" set "hi_image=%%~B"
exit /b 0

:admin
"%SystemRoot%\System32\reg.exe" query HKU\S-1-5-19 >NUL 2>&1 && exit /b 0
"%SystemRoot%\System32\net.exe" session >NUL 2>&1 && exit /b 0
exit /b 1
