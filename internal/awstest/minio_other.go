//go:build !linux

package awstest

import "syscall"

func attributes() *syscall.SysProcAttr { return nil }
