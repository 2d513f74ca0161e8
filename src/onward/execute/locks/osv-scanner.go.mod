module tools

go 1.26.5

require github.com/google/osv-scanner/v2 v2.5.0
