{{/* SPDX-License-Identifier: Apache-2.0 */}}

{{/* The cluster's name: a label that begins with a letter, or KubeRay refuses it. */}}
{{- define "ray.name" -}}
{{- if not (regexMatch "^[a-z]([-a-z0-9]{0,51}[a-z0-9])?$" .Release.Name) -}}
{{- fail (printf "the release's name %q begins with a letter and has at most 53 lower-case letters, digits and hyphens: KubeRay names the cluster's services after it" .Release.Name) -}}
{{- end -}}
{{- .Release.Name -}}
{{- end }}

{{- define "ray.labels" -}}
app: ray
app.kubernetes.io/name: ray
app.kubernetes.io/instance: {{ include "ray.name" . }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/version: {{ .Values.rayVersion | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{/* The labels of pods do not change with the chart's version: they would be replaced. */}}
{{- define "ray.podLabels" -}}
app: ray
app.kubernetes.io/instance: {{ include "ray.name" .root }}
ray.io/node-type: {{ .nodeType }}
{{- end }}

{{/* An image, of .image over the chart's own. */}}
{{- define "ray.image" -}}
{{- $image := mergeOverwrite (deepCopy .root.Values.image) (.image | default dict) -}}
{{- if and .image (hasKey .image "tag") (not (hasKey .image "digest")) }}{{ $_ := set $image "digest" "" }}{{ end -}}
{{- printf "%s/%s" $image.registry $image.repository -}}
{{- if $image.digest }}@{{ $image.digest }}{{ else }}:{{ $image.tag }}{{ end -}}
{{- end }}

{{- define "ray.podSecurityContext" -}}
runAsUser: 1000
runAsGroup: 1000
fsGroup: 1000
fsGroupChangePolicy: OnRootMismatch
runAsNonRoot: true
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{/* Of every container. KubeRay gives the workers' own to the init container that it adds to them. */}}
{{- define "ray.securityContext" -}}
runAsUser: 1000
runAsGroup: 1000
runAsNonRoot: true
allowPrivilegeEscalation: false
privileged: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{/* The image's home holds Ray itself and cannot be written to. */}}
{{- define "ray.env" -}}
- name: HOME
  value: /tmp
- name: RAY_USAGE_STATS_ENABLED
  value: "0"
{{- range $name, $value := .Values.env }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end }}
