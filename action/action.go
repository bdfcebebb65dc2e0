// SPDX-License-Identifier: Apache-2.0

// Package action is what users install: action.yml, its scripts here, and the
// reusable workflow. Its tests run them as GitHub would.
package action
