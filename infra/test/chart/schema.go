// SPDX-License-Identifier: Apache-2.0

package chart

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	policy "k8s.io/api/policy/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	strict "sigs.k8s.io/json"
)

// Invalid is what an API server would refuse an object for, or drop from it in silence: fields that its kind does not
// have or that are of another type, names, labels and ports that are none, mounts of volumes that are not there, requests
// above limits, and for a RayCluster what KubeRay itself refuses. A kind that is not known here is a finding.
func Invalid(doc Document) []string {
	kind := text(doc, "apiVersion") + "/" + text(doc, "kind")
	var all []string
	switch kind {
	case "v1/Pod":
		pod := decode[core.Pod](doc, &all)
		all = append(all, invalidMeta(pod.ObjectMeta)...)
		all = append(all, invalidPod("spec", pod.Spec)...)
	case "v1/ServiceAccount":
		all = append(all, invalidMeta(decode[core.ServiceAccount](doc, &all).ObjectMeta)...)
	case "networking.k8s.io/v1/NetworkPolicy":
		all = append(all, invalidMeta(decode[networking.NetworkPolicy](doc, &all).ObjectMeta)...)
	case "policy/v1/PodDisruptionBudget":
		all = append(all, invalidMeta(decode[policy.PodDisruptionBudget](doc, &all).ObjectMeta)...)
	case "ray.io/v1/RayCluster":
		cluster := decode[RayCluster](doc, &all)
		all = append(all, invalidMeta(cluster.ObjectMeta)...)
		all = append(all, invalidCluster(cluster)...)
	default:
		return []string{kind + " is a kind that nobody here knows"}
	}
	for i := range all {
		all[i] = fmt.Sprintf("%s %s: %s", text(doc, "kind"), text(dig(doc, "metadata"), "name"), all[i])
	}
	return all
}

// decode reads an object as its type, and adds what the type does not have.
func decode[T any](doc Document, problems *[]string) T {
	var v T
	src, err := json.Marshal(doc)
	if err != nil {
		*problems = append(*problems, err.Error())
		return v
	}
	unknown, err := strict.UnmarshalStrict(src, &v)
	if err != nil {
		*problems = append(*problems, err.Error())
	}
	for _, err := range unknown {
		*problems = append(*problems, err.Error())
	}
	return v
}

func invalidMeta(m meta.ObjectMeta) []string {
	all := validation.IsDNS1123Subdomain(m.Name)
	if m.Namespace == "" {
		all = append(all, "it is in no namespace")
	}
	return append(all, invalidLabels(m.Labels)...)
}

func invalidLabels(labels map[string]string) []string {
	var all []string
	for key, value := range labels {
		for _, problem := range slices.Concat(validation.IsQualifiedName(key), validation.IsValidLabelValue(value)) {
			all = append(all, fmt.Sprintf("the label %s=%s: %s", key, value, problem))
		}
	}
	return all
}

// invalidCluster holds KubeRay's own checks, of
// https://github.com/ray-project/kuberay/blob/v1.7.0/ray-operator/controllers/ray/utils/validation.go
func invalidCluster(c RayCluster) []string {
	all := validation.IsDNS1035Label(c.Name)
	if len(c.Name) > 53 {
		all = append(all, "the name has more than 53 characters")
	}
	if c.Spec.AuthOptions != nil && !slices.Contains([]string{"", "token", "disabled"}, c.Spec.AuthOptions.Mode) {
		all = append(all, "authOptions.mode is token or disabled")
	}
	all = append(all, invalidTemplate("the head", c.Spec.HeadGroupSpec.Template, autoscalerMounts(c)...)...)
	names := map[string]bool{}
	for _, g := range c.Spec.WorkerGroupSpecs {
		if names[g.GroupName] || g.GroupName == "" {
			all = append(all, fmt.Sprintf("there are two groups %q, or one without a name", g.GroupName))
		}
		names[g.GroupName] = true
		if g.MinReplicas == nil || g.MaxReplicas == nil || g.Replicas == nil || *g.MinReplicas < 0 || *g.MinReplicas > *g.MaxReplicas {
			all = append(all, fmt.Sprintf("the group %s has not minReplicas <= maxReplicas", g.GroupName))
		}
		all = append(all, invalidTemplate("the group "+g.GroupName, g.Template)...)
	}
	return all
}

func autoscalerMounts(c RayCluster) []core.VolumeMount {
	if c.Spec.AutoscalerOptions == nil {
		return nil
	}
	return c.Spec.AutoscalerOptions.VolumeMounts
}

func invalidTemplate(of string, t core.PodTemplateSpec, mounts ...core.VolumeMount) []string {
	all := slices.Concat(invalidLabels(t.Labels), invalidPod(of, t.Spec, mounts...))
	// KubeRay's autoscaler, version 2, has pods that are never restarted: it refuses any other policy.
	if t.Spec.RestartPolicy != "" && t.Spec.RestartPolicy != core.RestartPolicyNever {
		all = append(all, of+" has the restartPolicy "+string(t.Spec.RestartPolicy))
	}
	return all
}

// invalidPod judges a pod; mounts are those of containers that are added to it later.
func invalidPod(of string, pod core.PodSpec, mounts ...core.VolumeMount) []string {
	var all []string
	volumes, names := map[string]bool{}, map[string]bool{}
	for _, v := range pod.Volumes {
		if volumes[v.Name] {
			all = append(all, fmt.Sprintf("%s has two volumes %s", of, v.Name))
		}
		volumes[v.Name] = true
	}
	containers := slices.Concat(pod.InitContainers, pod.Containers)
	if len(pod.Containers) == 0 {
		all = append(all, of+" has no container")
	}
	for _, c := range containers {
		if names[c.Name] || len(validation.IsDNS1123Label(c.Name)) > 0 {
			all = append(all, fmt.Sprintf("%s has a container of the name %q", of, c.Name))
		}
		names[c.Name] = true
		mounts = append(mounts, c.VolumeMounts...)
		all = append(all, invalidContainer(of, c)...)
	}
	for _, m := range mounts {
		if !volumes[m.Name] || !strings.HasPrefix(m.MountPath, "/") {
			all = append(all, fmt.Sprintf("%s mounts %s at %s, and there is no such volume", of, m.Name, m.MountPath))
		}
	}
	return all
}

func invalidContainer(of string, c core.Container) []string {
	var all []string
	if c.Image == "" {
		all = append(all, fmt.Sprintf("%s: %s has no image", of, c.Name))
	}
	for _, p := range c.Ports {
		for _, problem := range slices.Concat(validation.IsValidPortName(p.Name), validation.IsValidPortNum(int(p.ContainerPort))) {
			all = append(all, fmt.Sprintf("%s: the port %s of %s: %s", of, p.Name, c.Name, problem))
		}
	}
	for name, request := range c.Resources.Requests {
		if limit, ok := c.Resources.Limits[name]; ok && request.Cmp(limit) > 0 {
			all = append(all, fmt.Sprintf("%s: %s requests %s %s, and its limit is %s", of, c.Name, request.String(), name, limit.String()))
		}
	}
	return all
}
