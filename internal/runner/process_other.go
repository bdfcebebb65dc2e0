// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package runner

import "syscall"

// attributes gives a program its own process group.
func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

func killGroup(pid int) { _ = syscall.Kill(-pid, syscall.SIGKILL) }

// setApart does nothing: there are no user namespaces.
func setApart(*syscall.SysProcAttr) {}
