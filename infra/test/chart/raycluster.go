// SPDX-License-Identifier: Apache-2.0

package chart

import (
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// RayCluster is what KubeRay 1.7 takes for one, field by field, without its status. KubeRay's own types are in no
// package that can be had here; these are written after
// https://github.com/ray-project/kuberay/blob/v1.7.0/ray-operator/apis/ray/v1/raycluster_types.go, so that a field that
// is misspelt, of another kind, or at another place is refused as the API server would refuse it (or, worse, drop it).
type RayCluster struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata"`
	Spec            RayClusterSpec `json:"spec"`
}

// RayClusterSpec is what a cluster is to be.
type RayClusterSpec struct {
	AuthOptions              *AuthOptions       `json:"authOptions"`
	AutoscalerOptions        *AutoscalerOptions `json:"autoscalerOptions"`
	EnableInTreeAutoscaling  *bool              `json:"enableInTreeAutoscaling"`
	GcsFaultToleranceOptions *FaultTolerance    `json:"gcsFaultToleranceOptions"`
	HeadGroupSpec            HeadGroup          `json:"headGroupSpec"`
	HistoryServerOptions     map[string]any     `json:"historyServerOptions"`
	HeadServiceAnnotations   map[string]string  `json:"headServiceAnnotations"`
	ManagedBy                *string            `json:"managedBy"`
	NetworkPolicy            map[string]any     `json:"networkPolicy"`
	RayVersion               string             `json:"rayVersion"`
	Suspend                  *bool              `json:"suspend"`
	TLSOptions               *TLSOptions        `json:"tlsOptions"`
	UpgradeStrategy          *UpgradeStrategy   `json:"upgradeStrategy"`
	WorkerGroupSpecs         []WorkerGroup      `json:"workerGroupSpecs"`
}

// AuthOptions is how Ray knows its clients. The modes are disabled and token; token needs Ray 2.52.
type AuthOptions struct {
	EnableK8sTokenAuth *bool   `json:"enableK8sTokenAuth"`
	Mode               string  `json:"mode"`
	SecretName         *string `json:"secretName"`
}

// AutoscalerOptions is the sidecar of the head.
type AutoscalerOptions struct {
	Args               []string                   `json:"args"`
	Command            []string                   `json:"command"`
	Env                []core.EnvVar              `json:"env"`
	EnvFrom            []core.EnvFromSource       `json:"envFrom"`
	IdleTimeoutSeconds *int32                     `json:"idleTimeoutSeconds"`
	Image              *string                    `json:"image"`
	ImagePullPolicy    *core.PullPolicy           `json:"imagePullPolicy"`
	Resources          *core.ResourceRequirements `json:"resources"`
	SecurityContext    *core.SecurityContext      `json:"securityContext"`
	UpscalingMode      *string                    `json:"upscalingMode"` // Default, Aggressive or Conservative
	Version            *string                    `json:"version"`       // v1 or v2
	VolumeMounts       []core.VolumeMount         `json:"volumeMounts"`
}

// FaultTolerance is where the head's state outlives it.
type FaultTolerance struct {
	Backend                  string           `json:"backend"` // redis or rocksdb
	ExternalStorageNamespace string           `json:"externalStorageNamespace"`
	RedisAddress             string           `json:"redisAddress"`
	RedisPassword            *RedisCredential `json:"redisPassword"`
	RedisUsername            *RedisCredential `json:"redisUsername"`
	Storage                  *FaultStorage    `json:"storage"`
}

// FaultStorage is the volume of the backend rocksdb.
type FaultStorage struct {
	AccessModes      []core.PersistentVolumeAccessMode `json:"accessModes"`
	ClaimName        string                            `json:"claimName"`
	DeletionPolicy   *string                           `json:"deletionPolicy"`
	Size             *resource.Quantity                `json:"size"`
	StorageClassName *string                           `json:"storageClassName"`
	SubPath          string                            `json:"subPath"`
}

// RedisCredential is a value or where it is.
type RedisCredential struct {
	Value     string             `json:"value"`
	ValueFrom *core.EnvVarSource `json:"valueFrom"`
}

// TLSOptions is whether Ray's processes speak TLS with each other.
type TLSOptions struct {
	Enabled *bool `json:"enabled"`
}

// UpgradeStrategy is Recreate or None.
type UpgradeStrategy struct {
	Type *string `json:"type"`
}

// HeadGroup is the head.
type HeadGroup struct {
	EnableIngress  *bool                `json:"enableIngress"`
	HeadService    *core.Service        `json:"headService"`
	IngressOptions *IngressOptions      `json:"ingressOptions"`
	Labels         map[string]string    `json:"labels"`
	RayStartParams map[string]string    `json:"rayStartParams"`
	Resources      map[string]string    `json:"resources"`
	ServiceType    core.ServiceType     `json:"serviceType"`
	Template       core.PodTemplateSpec `json:"template"`
}

// IngressOptions is the dashboard's ingress.
type IngressOptions struct {
	Host     *string                 `json:"host"`
	Path     *string                 `json:"path"`
	PathType *string                 `json:"pathType"`
	TLS      []networking.IngressTLS `json:"tls"`
}

// WorkerGroup is workers of a kind.
type WorkerGroup struct {
	GroupName          string               `json:"groupName"`
	IdleTimeoutSeconds *int32               `json:"idleTimeoutSeconds"`
	Labels             map[string]string    `json:"labels"`
	MaxReplicas        *int32               `json:"maxReplicas"`
	MinReplicas        *int32               `json:"minReplicas"`
	NumOfHosts         int32                `json:"numOfHosts"`
	Priority           *int32               `json:"priority"`
	RayStartParams     map[string]string    `json:"rayStartParams"`
	Replicas           *int32               `json:"replicas"`
	Resources          map[string]string    `json:"resources"`
	ScaleStrategy      *ScaleStrategy       `json:"scaleStrategy"`
	Suspend            *bool                `json:"suspend"`
	Template           core.PodTemplateSpec `json:"template"`
}

// ScaleStrategy is which workers go next.
type ScaleStrategy struct {
	WorkersToDelete []string `json:"workersToDelete"`
}
