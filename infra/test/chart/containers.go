// SPDX-License-Identifier: Apache-2.0

package chart

import (
	"fmt"
	"slices"
	"strings"
)

// Container is a container of an object, or something that makes one.
type Container struct {
	// Where it stands in its object: spec.workerGroupSpecs[0].template.spec.containers[0].
	Where string
	// Its name, or autoscaler.
	Name string
	// Its own fields.
	Fields map[string]any
	// The fields of the pod's spec around it.
	Pod map[string]any
}

// Containers are all containers of an object, at whatever depth: any list under containers, initContainers or
// ephemeralContainers, and the sidecar that KubeRay makes from autoscalerOptions, which it does not make where
// enableInTreeAutoscaling is off.
func Containers(doc Document) []Container {
	var all []Container
	walk("", doc, func(where string, at map[string]any) {
		for _, key := range []string{"containers", "initContainers", "ephemeralContainers"} {
			list, _ := at[key].([]any)
			for i, item := range list {
				fields, _ := item.(map[string]any)
				all = append(all, Container{
					Where: fmt.Sprintf("%s[%d]", join(where, key), i), Name: text(fields, "name"), Fields: fields, Pod: at,
				})
			}
		}
		if on, _ := at["enableInTreeAutoscaling"].(bool); on {
			options, _ := at["autoscalerOptions"].(map[string]any)
			all = append(all, Container{
				Where: join(where, "autoscalerOptions"), Name: "autoscaler", Fields: options, Pod: dig(at, "headGroupSpec", "template", "spec"),
			})
		}
	})
	slices.SortFunc(all, func(a, b Container) int { return strings.Compare(a.Where, b.Where) })
	return all
}

// walk visits every map of a value, with the way to it.
func walk(where string, v any, visit func(where string, at map[string]any)) {
	switch v := v.(type) {
	case map[string]any:
		visit(where, v)
		for key, value := range v {
			walk(join(where, key), value, visit)
		}
	case []any:
		for i, value := range v {
			walk(fmt.Sprintf("%s[%d]", where, i), value, visit)
		}
	}
}

func join(where, key string) string { return strings.TrimPrefix(where+"."+key, ".") }

// Unsafe is what a container may do, or who it may be, beyond nobody who can do nothing: one sentence for each thing.
// A pod's own security context is asked as well, for its fsGroup, and because what is added to a pod later has it.
func Unsafe(c Container) []string {
	var all []string
	deny := func(ok bool, format string, args ...any) {
		if !ok {
			all = append(all, c.Where+": "+fmt.Sprintf(format, args...))
		}
	}
	own, pod := dig(c.Fields, "securityContext"), dig(c.Pod, "securityContext")
	for _, id := range []string{"runAsUser", "runAsGroup"} {
		deny(number(own[id]) == 1000, "%s is %v, and not 1000", id, own[id])
		deny(number(pod[id]) == 1000, "the pod's %s is %v, and not 1000", id, pod[id])
	}
	deny(number(pod["fsGroup"]) == 1000, "the pod's fsGroup is %v, and not 1000", pod["fsGroup"])
	for name, of := range map[string]map[string]any{"its": own, "the pod's": pod} {
		deny(is(of["runAsNonRoot"], true), "%s runAsNonRoot is %v", name, of["runAsNonRoot"])
		deny(text(dig(of, "seccompProfile"), "type") == "RuntimeDefault", "%s seccompProfile is %v", name, of["seccompProfile"])
	}
	deny(is(own["allowPrivilegeEscalation"], false), "allowPrivilegeEscalation is %v", own["allowPrivilegeEscalation"])
	deny(own["privileged"] == nil || is(own["privileged"], false), "privileged is %v", own["privileged"])
	deny(is(own["readOnlyRootFilesystem"], true), "readOnlyRootFilesystem is %v", own["readOnlyRootFilesystem"])
	drop, _ := dig(own, "capabilities")["drop"].([]any)
	deny(len(drop) == 1 && drop[0] == "ALL", "capabilities.drop is %v", drop)
	deny(dig(own, "capabilities")["add"] == nil, "capabilities.add is %v", dig(own, "capabilities")["add"])
	for _, of := range []string{"hostNetwork", "hostPID", "hostIPC"} {
		deny(c.Pod[of] == nil || is(c.Pod[of], false), "%s is %v", of, c.Pod[of])
	}
	deny(is(c.Pod["automountServiceAccountToken"], false), "a token of the Kubernetes API is mounted into every container")
	deny(writable(c, "/tmp"), "/tmp is no emptyDir that is mounted to be written to")
	slices.Sort(all)
	return all
}

// writable says whether a path is an emptyDir of the pod, with a limit.
func writable(c Container, path string) bool {
	mounts, _ := c.Fields["volumeMounts"].([]any)
	volumes, _ := c.Pod["volumes"].([]any)
	for _, m := range mounts {
		mount, _ := m.(map[string]any)
		if text(mount, "mountPath") != path || is(mount["readOnly"], true) {
			continue
		}
		for _, v := range volumes {
			volume, _ := v.(map[string]any)
			if text(volume, "name") == text(mount, "name") {
				return dig(volume, "emptyDir")["sizeLimit"] != nil
			}
		}
	}
	return false
}

// dig is the map below keys, or an empty one.
func dig(m map[string]any, keys ...string) map[string]any {
	for _, key := range keys {
		m, _ = m[key].(map[string]any)
	}
	return m
}

// is says whether a field is there and has this value.
func is(v any, want bool) bool {
	got, ok := v.(bool)
	return ok && got == want
}

func text(m map[string]any, key string) string {
	s, _ := m[key].(string)
	return s
}

func number(v any) float64 {
	switch n := v.(type) {
	case float64:
		return n
	case int64:
		return float64(n)
	}
	return -1
}
