module tools

go 1.24.11

require github.com/zricethezav/gitleaks/v8 v8.30.1
