# SPDX-License-Identifier: Apache-2.0

# What a Ray cluster on Kubernetes may be, asked of KubeRay's manifests: a RayCluster, or one within a RayJob, a RayService
# or anything else that holds a rayClusterSpec. README.md explains each rule.
#
# Caps go by the larger of request and limit, minimums by the request; what many pods have is summed over all that there
# may be. A quantity that Kubernetes could not read is an error.
package ray

# defaults are the limits. data.config.ray has others, under the same names.
defaults := {
	"cpu_max": 16,
	"memory_max_gib": 64,
	"gpu_max": 4,
	"workers_max": 50,
	"gpus_max": 20,
	"cpu_min": 0.5,
	"memory_min_gib": 0.5,
	"gpu_taint": {"key": "nvidia.com/gpu", "value": "true", "effect": "NoSchedule"},
	"labels": ["ray.io/node-type", "app"],
}

severity := {
	"config": "high", "quantity": "high", "worker_cpu": "medium", "worker_memory": "medium", "worker_gpu": "medium",
	"total_workers": "medium", "total_gpus": "medium", "cpu_request": "low", "memory_request": "low",
	"gpu_toleration": "medium", "labels": "low",
}

limits := object.union(defaults, {key: v |
	some key, v in data.config.ray
	is_limit(key, v)
})

is_limit(key, v) if type_name(v) == type_name(defaults[key])

# A limit that is misspelt, or no limit, must not be taken for one.
deny contains entry("config", {"address": ""}, msg) if {
	count(clusters) > 0
	some key, v in data.config.ray
	not is_limit(key, v)
	msg := sprintf("data.config.ray.%s is no limit, or of another kind than its default. Valid: %s.", [key, concat(", ", sort(object.keys(defaults)))])
}

entry(rule, of, msg) := {"rule": rule, "severity": object.get(severity, rule, "low"), "address": of.address, "msg": msg}

# A warning blocks only where whatever is low does.
unsure(rule, of, msg) := object.union(entry(rule, of, msg), {"severity": "low"})

# The clusters of a document, of a list of documents, or of files with their contents (conftest --combine).

documents := [doc |
	some file in listed(input)
	some content in listed(object.get({"contents": file}, ["contents", "contents"], file))
	some doc in listed(object.get({"items": content}, ["items", "items"], content))
]

listed(v) := v if is_array(v)

listed(v) := [v] if is_object(v)

clusters := [{"id": [i, j], "address": address(doc), "spec": spec} |
	some i, doc in documents
	some j, spec in specs(doc)
]

address(doc) := sprintf("%s/%s", [doc.kind, object.get(doc, ["metadata", "name"], "")])

specs(doc) := [doc.spec] if {
	doc.kind == "RayCluster"
} else := [spec |
	walk(doc.spec, [path, spec])
	path[count(path) - 1] in {"rayClusterSpec", "rayClusterConfig"}
] if {
	startswith(doc.kind, "Ray")
}

# groups are the pods of a kind: the "id" and "address" of their cluster, their "name" in a message, whether they are
# "workers", the "group" itself and how many "pods" of it there may be.
groups := array.concat(
	[{"id": c.id, "address": c.address, "name": "the head", "workers": false, "group": c.spec.headGroupSpec, "pods": 1} | some c in clusters],
	[{"id": c.id, "address": c.address, "name": name, "workers": true, "group": g, "pods": pods(c.spec, g)} |
		some c in clusters
		some i, g in c.spec.workerGroupSpecs
		name := sprintf("the worker group %v", [object.get(g, "groupName", i)])
	],
)

workers := [g | some g in groups; g.workers]

# pods is how many pods a group may have. KubeRay takes 2147483647 for a maxReplicas that is not there:
# https://github.com/ray-project/kuberay/blob/master/ray-operator/apis/ray/v1/raycluster_types.go
pods(spec, g) := max([most_replicas(spec, g), whole(g, "replicas", 0), whole(g, "minReplicas", 0)]) * max([1, whole(g, "numOfHosts", 1)])

most_replicas(spec, g) := 2147483647 if {
	object.get(g, "maxReplicas", null) == null
	spec.enableInTreeAutoscaling == true
} else := whole(g, "maxReplicas", 0)

# whole is a number of things; 0 for what is none, which is a finding of its own.
whole(g, key, fallback) := n if {
	n := counted(g[key])
} else := fallback if {
	object.get(g, key, null) == null
} else := 0

counted(v) := v if {
	is_number(v)
	v >= 0
}

counted(v) := to_number(v) if {
	is_string(v)
	regex.match(`^[0-9]{1,10}$`, v)
}

deny contains entry("quantity", g, msg) if {
	some g in workers
	some key in ["replicas", "minReplicas", "maxReplicas", "numOfHosts"]
	v := g.group[key]
	v != null
	not counted(v)
	msg := sprintf("%s of %s is no number of pods: %v", [key, g.name, v])
}

# Caps on one worker.

deny contains entry(rule, g, msg) if {
	some g in workers
	some rule, cap in caps
	amount := pod(g, cap.resource)
	amount > cap.most * cap.unit
	msg := sprintf("a pod of %s has %v %s, more than %v", [g.name, amount / cap.unit, cap.words, cap.most])
}

# The head is no worker, yet it runs work, too.
warn contains unsure(rule, g, msg) if {
	some g in groups
	not g.workers
	some rule, cap in caps
	amount := pod(g, cap.resource)
	amount > cap.most * cap.unit
	msg := sprintf("%s has %v %s, more than the %v of a worker", [g.name, amount / cap.unit, cap.words, cap.most])
}

gib := 1073741824

caps := {
	"worker_cpu": {"resource": "cpu", "most": limits.cpu_max, "unit": 1, "words": "CPUs"},
	"worker_memory": {"resource": "memory", "most": limits.memory_max_gib, "unit": gib, "words": "GiB of memory"},
	"worker_gpu": {"resource": "gpu", "most": limits.gpu_max, "unit": 1, "words": "GPUs"},
}

# Caps on all of a cluster.

deny contains entry("total_workers", c, msg) if {
	some c in clusters
	total := sum([g.pods | some g in workers; g.id == c.id])
	total > limits.workers_max
	msg := sprintf("may grow to %v workers, more than %v", [total, limits.workers_max])
}

deny contains entry("total_gpus", c, msg) if {
	some c in clusters
	total := sum([gpus | some g in groups; g.id == c.id; gpus := g.pods * pod(g, "gpu")])
	total > limits.gpus_max
	msg := sprintf("may grow to %v GPUs, more than %v", [total, limits.gpus_max])
}

# Minimums of the container that runs Ray, the first one; a request that is not there is the limit's:
# https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/

deny contains entry(rule, g, msg) if {
	some g in groups
	some rule, floor in floors
	amount := request(object.get(g.group, ["template", "spec", "containers", 0], {}), floor.resource)
	amount < floor.least * floor.unit
	msg := sprintf("%s requests %v %s, less than %v", [g.name, amount / floor.unit, floor.words, floor.least])
}

floors := {
	"cpu_request": {"resource": "cpu", "least": limits.cpu_min, "unit": 1, "words": "CPUs"},
	"memory_request": {"resource": "memory", "least": limits.memory_min_gib, "unit": gib, "words": "GiB of memory"},
}

request(container, resource) := n if {
	n := quantity(resource, container.resources.requests[resource])
} else := n if {
	n := quantity(resource, container.resources.limits[resource])
} else := 0

# A cap cannot hold what has no limit.
warn contains unsure("limits", g, msg) if {
	some g in groups
	some container in g.group.template.spec.containers
	unlimited := [resource | some resource in ["cpu", "memory"]; object.get(container, ["resources", "limits", resource], null) == null]
	count(unlimited) > 0
	msg := sprintf("the container %v of %s has no limit for %s, so that the caps hold for its requests only", [object.get(container, "name", ""), g.name, concat(", ", unlimited)])
}

# GPUs and labels.

warn contains unsure("worker_gpu", g, msg) if {
	some g in groups
	g.group.template.spec.resourceClaims[0]
	msg := sprintf("%s claims devices that are not counted as GPUs", [g.name])
}

deny contains entry("gpu_toleration", g, msg) if {
	some g in workers
	pod(g, "gpu") > 0
	not tolerates(g.group)
	taint := limits.gpu_taint
	msg := sprintf("%s has GPUs and does not tolerate the taint %v=%v:%v of their nodes", [g.name, taint.key, taint.value, taint.effect])
}

# https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/
tolerates(group) if {
	some t in group.template.spec.tolerations
	object.get(t, "effect", "") in {"", null, limits.gpu_taint.effect}
	same_taint(t)
}

same_taint(t) if {
	t.operator == "Exists"
	object.get(t, "key", "") in {"", null, limits.gpu_taint.key}
}

same_taint(t) if {
	object.get(t, "operator", "Equal") in {"", null, "Equal"}
	t.key == limits.gpu_taint.key
	t.value == limits.gpu_taint.value
}

deny contains entry("labels", g, msg) if {
	some g in groups
	missing := [key | some key in limits.labels; not labelled(g.group, key)]
	count(missing) > 0
	msg := sprintf("the pods of %s have no label %s", [g.name, concat(", ", missing)])
}

labelled(group, key) if {
	some labels in [object.get(group, ["template", "metadata", "labels"], {}), object.get(group, "labels", {})]
	is_string(labels[key])
	labels[key] != ""
}

# pod is how much of "cpu" (cores), "memory" (bytes) or "gpu" a pod of a group may take, as Kubernetes reckons it: init
# containers run one after the other before the containers, those that are restarted always beside all others.
# https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/#resource-sharing-within-containers
pod(g, resource) := max(array.concat(
	[beside + sum([larger(c, resource) | some c in spec.containers]), larger(spec, resource)],
	[n | some c in spec.initContainers; not sidecar(c); n := beside + larger(c, resource)],
)) if {
	spec := object.get(g.group, ["template", "spec"], {})
	beside := sum([larger(c, resource) | some c in spec.initContainers; sidecar(c)])
}

sidecar(c) if c.restartPolicy == "Always"

# larger is the larger of request and limit; GPUs of several kinds are added.
larger(c, resource) := sum([max([n | some kind in ["requests", "limits"]; n := amount(c, kind, name)]) |
	some name in {name | some kind in ["requests", "limits"]; some name, _ in c.resources[kind]; resource_of(name) == resource}
])

amount(c, kind, name) := quantity(resource_of(name), c.resources[kind][name])

# resource_of is what a resource of Kubernetes counts as.
resource_of(name) := name if {
	name in {"cpu", "memory"}
} else := "gpu" if regex.match("(^|[./-])gpu|^nvidia\\.com/|neuron|^habana\\.ai/|/tpu$", name)

deny contains entry("quantity", g, msg) if {
	some g in groups
	spec := g.group.template.spec
	some c in array.concat([c | some c in spec.containers], array.concat([c | some c in spec.initContainers], [spec]))
	some kind in ["requests", "limits"]
	some name, v in c.resources[kind]
	resource_of(name)
	not amount(c, kind, name)
	msg := sprintf("%s has %s for %s that cannot be read, or mean no such amount: %v", [g.name, kind, name, v])
}

# quantity is a number of cores, bytes or devices: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
# Memory in thousandths of bytes is always a mistake for MiB.
quantity(_, v) := v if {
	is_number(v)
	v >= 0
}

quantity(resource, v) := scaled(digits, suffix) if {
	is_string(v)
	[[_, written, suffix]] := regex.find_all_string_submatch_n(`^\+?([0-9]{1,18}(?:\.[0-9]{0,9})?|\.[0-9]{1,9})([numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]{1,2})?$`, v, 1)
	digits := trim_suffix(regex.replace(concat("", ["0", written]), `^0+([0-9])`, "$1"), ".")
	not [resource, suffix] in [["memory", "m"], ["memory", "u"], ["memory", "n"]]
}

scaled(digits, suffix) := to_number(digits) * {
	"": 1, "k": 1000, "M": 1000000, "G": 1000000000, "T": 1000000000000, "P": 1000000000000000, "E": 1000000000000000000,
	"Ki": 1024, "Mi": 1048576, "Gi": 1073741824, "Ti": 1099511627776, "Pi": 1125899906842624, "Ei": 1152921504606846976,
}[suffix]

# Divided, not multiplied by 0.001, which binary fractions do not have.
scaled(digits, suffix) := to_number(digits) / {"m": 1000, "u": 1000000, "n": 1000000000}[suffix]

scaled(digits, suffix) := to_number(concat("", [digits, suffix])) if regex.match(`^[eE].`, suffix)
