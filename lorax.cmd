@echo off
rem The lorax command: finds Java, builds on first use or when sources have changed, and starts.
rem LORAX_JAVA_OPTS adds options for the Java virtual machine.
setlocal EnableExtensions DisableDelayedExpansion
rem The folder above this script.
for %%d in ("%~dp0.") do set "HOME_DIR=%%~fd\"
set "JAR=%HOME_DIR%lorax-cli\target\lorax.jar"

set "JAVA_EXE=java.exe"
if defined JAVA_HOME set "JAVA_EXE=%JAVA_HOME%\bin\java.exe"
if defined JAVA_HOME if not exist "%JAVA_EXE%" (
  echo error: JAVA_HOME is "%JAVA_HOME%", but there is no bin\java.exe in it: point it at a JDK 17 or later, or unset it 1>&2
  exit /b 1
)
if not defined JAVA_HOME (
  where java.exe >nul 2>nul || (
    echo error: no Java found: install a JDK 17 or later, and put it on the PATH or in JAVA_HOME 1>&2
    exit /b 1
  )
)
set "VERSION="
for /f tokens^=2^ delims^=^" %%v in ('""%JAVA_EXE%" -version 2^>^&1" ^| findstr /c:" version "') do if not defined VERSION set "VERSION=%%v"
for /f "tokens=1 delims=.-+" %%m in ("%VERSION%") do set "MAJOR=%%m"
if not defined MAJOR set "MAJOR=0"
if %MAJOR% LSS 17 (
  echo error: "%JAVA_EXE%" is Java "%VERSION%", too old: install a JDK 17 or later, and point JAVA_HOME at it 1>&2
  exit /b 1
)

rem Built, and no source newer than the jar? The exit code says so; 1: build.
powershell -NoProfile -Command "$h='%HOME_DIR:'=''%'; $j=Join-Path $h 'lorax-cli\target\lorax.jar'; if (-not (Test-Path -LiteralPath $j)) {exit 1}; $t=(Get-Item -LiteralPath $j).LastWriteTime; $s=@('pom.xml','lorax-library\pom.xml','lorax-cli\pom.xml','lorax-library\src\main','lorax-cli\src\main') | %% {Join-Path $h $_} | ? {Test-Path -LiteralPath $_}; if ($s | %% {Get-ChildItem -LiteralPath $_ -Recurse -File} | ? {$_.LastWriteTime -gt $t} | select -First 1) {exit 1}"
if not errorlevel 1 goto start

where mvn >nul 2>nul || (
  echo error: lorax must be built first, but there is no mvn on the PATH: install Maven 3.8 or later 1>&2
  exit /b 1
)
echo lorax: building ^(on first use and after changes; the first time fetches libraries^) ... 1>&2
if not exist "%HOME_DIR%lorax-cli\target" mkdir "%HOME_DIR%lorax-cli\target"
pushd "%HOME_DIR%"
call mvn -B -q -DskipTests -Dspotless.check.skip=true -pl lorax-cli -am package > "%HOME_DIR%lorax-cli\target\build.log" 2>&1
set "RESULT=%ERRORLEVEL%"
popd
if not "%RESULT%"=="0" (
  type "%HOME_DIR%lorax-cli\target\build.log" 1>&2
  echo error: the build failed; the lines above say why 1>&2
  exit /b 1
)
copy /b "%JAR%"+,, "%JAR%" >nul
del /q "%HOME_DIR%lorax-cli\target\lorax-*.jsa" 2>nul

:start
set "OPTIONS=-XX:+UseSerialGC -Xms64m -Xlog:disable"
if %MAJOR% GEQ 23 set "OPTIONS=%OPTIONS% --sun-misc-unsafe-memory-access=allow"
rem The command: options of lorax itself may come before it, and take no values.
:word
set "WORD=%~1"
if not "%WORD:~0,1%"=="-" goto command
shift /1
goto word
:command
set "TIER= -XX:TieredStopAtLevel=1"
for %%c in (train doctor demo bench eval) do if /i "%WORD%"=="%%c" set "TIER="
set "OPTIONS=%OPTIONS%%TIER%"
set "ARCHIVE=%HOME_DIR%lorax-cli\target\lorax-%VERSION%.jsa"
if not exist "%ARCHIVE%" (
  "%JAVA_EXE%" %OPTIONS% "-XX:DumpLoadedClassList=%ARCHIVE%.classes" -jar "%JAR%" warm-up >nul 2>nul
  "%JAVA_EXE%" %OPTIONS% -Xshare:dump "-XX:SharedClassListFile=%ARCHIVE%.classes" "-XX:SharedArchiveFile=%ARCHIVE%" -jar "%JAR%" >nul 2>nul
  del /q "%ARCHIVE%.classes" 2>nul
)
if exist "%ARCHIVE%" set OPTIONS=%OPTIONS% -Xshare:auto "-XX:SharedArchiveFile=%ARCHIVE%"
if not defined OMP_WAIT_POLICY set "OMP_WAIT_POLICY=passive"
if not defined OPENBLAS_NUM_THREADS set "OPENBLAS_NUM_THREADS=1"
"%JAVA_EXE%" %OPTIONS% %LORAX_JAVA_OPTS% -jar "%JAR%" %*
exit /b %ERRORLEVEL%
