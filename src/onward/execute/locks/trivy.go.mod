module tools

go 1.26.3

require github.com/aquasecurity/trivy v0.72.0
