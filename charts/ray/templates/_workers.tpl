{{/* SPDX-License-Identifier: Apache-2.0 */}}

{{/* A group of workers. */}}
{{- define "ray.workers" -}}
{{- $w := .workers -}}
{{- if or (lt (int $w.replicas) (int $w.minReplicas)) (gt (int $w.replicas) (int $w.maxReplicas)) -}}
{{- fail (printf "workers.%s: minReplicas <= replicas <= maxReplicas, and not %d <= %d <= %d" .group (int $w.minReplicas) (int $w.replicas) (int $w.maxReplicas)) -}}
{{- end -}}
- groupName: {{ .group }}
  replicas: {{ int $w.replicas }}
  minReplicas: {{ int $w.minReplicas }}
  maxReplicas: {{ int $w.maxReplicas }}
  rayStartParams: {}
  template:
    metadata:
      labels:
        {{- include "ray.podLabels" (dict "root" .root "nodeType" "worker") | nindent 8 }}
      annotations:
        cluster-autoscaler.kubernetes.io/safe-to-evict: "false"
    spec:
      serviceAccountName: {{ include "ray.name" .root }}-worker
      automountServiceAccountToken: false
      enableServiceLinks: false
      securityContext:
        {{- include "ray.podSecurityContext" .root | nindent 8 }}
      containers:
        - name: ray-worker
          image: {{ include "ray.image" (dict "root" .root "image" $w.image) }}
          imagePullPolicy: {{ .root.Values.image.pullPolicy }}
          securityContext:
            {{- include "ray.securityContext" .root | nindent 12 }}
          ports:
            - {name: metrics, containerPort: 8080}
          env:
            {{- include "ray.env" .root | nindent 12 }}
          resources:
            {{- include "ray.workerResources" $w | nindent 12 }}
          volumeMounts:
            - name: tmp
              mountPath: /tmp
      volumes:
        - name: tmp
          emptyDir:
            sizeLimit: {{ .root.Values.tmp.sizeLimit }}
      {{- with $w.nodeSelector }}
      nodeSelector:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with include "ray.workerTolerations" $w }}
      tolerations:
        {{- . | nindent 8 }}
      {{- end }}
{{- end }}

{{/* GPUs are in requests and limits, and the same in both: Kubernetes shares no GPU. */}}
{{- define "ray.workerResources" -}}
{{- $resources := deepCopy .resources -}}
{{- if .gpus -}}
{{- $_ := set $resources.requests "nvidia.com/gpu" (toString .gpus) -}}
{{- $_ := set $resources.limits "nvidia.com/gpu" (toString .gpus) -}}
{{- end -}}
{{- toYaml $resources -}}
{{- end }}

{{- define "ray.workerTolerations" -}}
{{- if .gpus }}
- key: nvidia.com/gpu
  operator: Equal
  value: "true"
  effect: NoSchedule
{{- end }}
{{- with .tolerations }}
{{ toYaml . }}
{{- end }}
{{- end }}
