// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package scan

import "syscall"

// isolate does nothing: there are no namespaces.
func isolate(*syscall.SysProcAttr) {}
