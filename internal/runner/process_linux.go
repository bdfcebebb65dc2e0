package runner

import "syscall"

// attributes gives a program its own process group, and has the kernel interrupt it should we be killed: the
// state lock is released even then.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGINT}
}

func killGroup(pid int) { _ = syscall.Kill(-pid, syscall.SIGKILL) }
