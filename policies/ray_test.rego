# SPDX-License-Identifier: Apache-2.0

# Tests of ray.rego. Each rule is tested for what it denies, what it allows, and the edges between:
# test_<rule>_denies…, test_<rule>_allows…, test_<rule>_edge_….
package ray_test

import data.ray

expect(rule, want, docs) if {
	every name, doc in docs {
		got := verdict(rule, doc)
		print(name, "–", rule, "is", got)
		got == want
	}
}

verdict(rule, doc) := "deny" if {
	rule in {e.rule | some e in ray.deny with input as doc}
} else := "warn" if {
	rule in {e.rule | some e in ray.warn with input as doc}
} else := "ok"

# cluster is one with worker groups, and a head like that of a good cluster.
cluster(workers) := {
	"apiVersion": "ray.io/v1", "kind": "RayCluster", "metadata": {"name": "r"},
	"spec": {"headGroupSpec": group("head", resources("2", "8Gi")), "workerGroupSpecs": workers},
}

group(name, resources) := {
	"groupName": name, "replicas": 1, "minReplicas": 1, "maxReplicas": 1,
	"template": {
		"metadata": {"labels": {"ray.io/node-type": "worker", "app": "ray"}},
		"spec": {"containers": [{"name": "ray", "resources": resources}]},
	},
}

resources(cpu, memory) := {"requests": {"cpu": cpu, "memory": memory}, "limits": {"cpu": cpu, "memory": memory}}

with_gpus(n) := {"requests": {"cpu": "4", "memory": "16Gi"}, "limits": {"cpu": "4", "memory": "16Gi", "nvidia.com/gpu": n}}

worker(resources) := cluster([group("w", resources)])

# pod is a cluster with one worker group, of a pod that is given.
pod(spec) := cluster([object.union(group("w", {}), {"template": {"spec": spec}})])

container(cpu, memory) := {"resources": resources(cpu, memory)}

good := cluster([
	object.union(group("cpu", resources("16", "64Gi")), {"replicas": 3, "minReplicas": 2, "maxReplicas": 45}),
	object.union(tolerant(group("gpu", with_gpus("4")), [taint]), {"maxReplicas": 5}),
])

taint := {"key": "nvidia.com/gpu", "operator": "Equal", "value": "true", "effect": "NoSchedule"}

tolerant(g, tolerations) := object.union(g, {"template": {"spec": {"tolerations": tolerations}}})

test_deny_nothing_of_a_good_cluster if {
	count(ray.deny) == 0 with input as good
	count(ray.warn) == 0 with input as good
}

test_deny_nothing_of_anything_else if {
	every doc in [{}, [], null, {"kind": "Service", "spec": bad.spec}, {"kind": "RayCluster"}, {"resource_changes": []}, {"kind": "List", "items": null}] {
		count(ray.deny) == 0 with input as doc
	}
}

bad := worker(resources("17", "1Gi"))

# A cluster is found wherever it is.

test_deny_finds_clusters if expect("worker_cpu", "deny", {
	"by itself": bad,
	"of an older version": object.union(bad, {"apiVersion": "ray.io/v1alpha1"}),
	"in a job": {"kind": "RayJob", "metadata": {"name": "j"}, "spec": {"rayClusterSpec": bad.spec}},
	"in a service": {"kind": "RayService", "metadata": {"name": "s"}, "spec": {"rayClusterConfig": bad.spec}},
	"in a scheduled job": {"kind": "RayCronJob", "metadata": {"name": "c"}, "spec": {"jobTemplate": {"rayClusterSpec": bad.spec}}},
	"in a list": {"kind": "List", "items": [good, bad]},
	"in a list of its kind": {"kind": "RayClusterList", "items": [bad]},
	"in several documents": [{"kind": "Service"}, null, bad],
	"in several files": [{"path": "a.yaml", "contents": good}, {"path": "b.yaml", "contents": bad}],
	"in several documents of a file": [{"path": "a.yaml", "contents": [good, bad]}],
	"in a list in a file": [{"path": "a.yaml", "contents": {"kind": "List", "items": [bad]}}],
})

test_deny_says_what_where_and_how_bad if {
	ray.deny == {{
		"rule": "worker_cpu", "severity": "medium", "address": "RayCluster/r",
		"msg": "a pod of the worker group w has 17 CPUs, more than 16",
	}} with input as bad
	addresses := {e.address | some e in ray.deny with input as {"kind": "RayJob", "metadata": {"name": "j"}, "spec": {"rayClusterSpec": bad.spec}}}
	addresses == {"RayJob/j"}
}

test_config_denies_what_is_no_limit if {
	every limits in [{"cpu_maximum": 1}, {"cpu_max": "32"}, {"labels": "app"}, {"gpu_taint": null}] {
		verdict("config", good) == "deny" with data.config.ray as limits
	}
}

test_config_allows_limits if {
	verdict("config", good) == "ok" with data.config.ray as {"cpu_max": 1, "labels": [], "gpu_taint": {"key": "x"}}
}

test_config_edge_a_wrong_limit_leaves_the_default if {
	verdict("worker_cpu", bad) == "deny" with data.config.ray as {"cpu_max": "32"}
	verdict("config", {"kind": "Service"}) == "ok" with data.config.ray as {"cpu_max": "32"}
}

# Caps on one worker.

test_worker_cpu_denies if expect("worker_cpu", "deny", {
	"cores": worker(resources("17", "1Gi")),
	"a number": worker(resources(16.5, "1Gi")),
	"thousandths": worker(resources("16001m", "1Gi")),
	"an exponent": worker(resources("17e0", "1Gi")),
	"another exponent": worker(resources("1.7E+1", "1Gi")),
	"thousands": worker(resources("1k", "1Gi")),
	"the request alone": worker({"requests": {"cpu": "17", "memory": "1Gi"}}),
	"the limit alone": worker({"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"cpu": "17", "memory": "1Gi"}}),
	"the request above the limit": worker({"requests": {"cpu": "17", "memory": "1Gi"}, "limits": {"cpu": "1", "memory": "1Gi"}}),
	"two containers": pod({"containers": [container("8", "1Gi"), container("8.5", "1Gi")]}),
	"two alike": pod({"containers": [container("9", "1Gi"), container("9", "1Gi")]}),
	"an init container": pod({"containers": [container("1", "1Gi")], "initContainers": [container("17", "1Gi")]}),
	"a sidecar": pod({"containers": [container("9", "1Gi")], "initContainers": [object.union(container("8", "1Gi"), {"restartPolicy": "Always"})]}),
	"an init container beside a sidecar": pod({
		"containers": [container("1", "1Gi")],
		"initContainers": [object.union(container("8", "1Gi"), {"restartPolicy": "Always"}), container("9", "1Gi")],
	}),
	"the pod itself": pod({"containers": [container("1", "1Gi")], "resources": {"limits": {"cpu": "17"}}}),
	"the second group": cluster([group("a", resources("1", "1Gi")), group("b", resources("17", "1Gi"))]),
})

test_worker_cpu_allows if expect("worker_cpu", "ok", {
	"as much as may be": worker(resources("16", "1Gi")),
	"in thousandths": worker(resources("16000m", "1Gi")),
	"a number": worker(resources(16, "1Gi")),
	"with a sign": worker(resources("+16", "1Gi")),
	"with zeros": worker(resources("016.", "1Gi")),
	"init containers one after the other": pod({"containers": [container("16", "1Gi")], "initContainers": [container("16", "1Gi"), container("16", "1Gi")]}),
	"no workers": cluster([]),
})

test_worker_cpu_edge_the_head_warns if {
	doc := object.union(cluster([]), {"spec": {"headGroupSpec": group("head", resources("17", "8Gi"))}})
	verdict("worker_cpu", doc) == "warn"
}

test_worker_cpu_edge_override if {
	verdict("worker_cpu", bad) == "ok" with data.config.ray as {"cpu_max": 17}
	verdict("worker_cpu", worker(resources("2", "1Gi"))) == "deny" with data.config.ray as {"cpu_max": 1}
}

test_worker_memory_denies if expect("worker_memory", "deny", {
	"binary": worker(resources("1", "65Gi")),
	"smaller units": worker(resources("1", "65537Mi")),
	"smaller yet": worker(resources("1", "67108865Ki")),
	"decimal": worker(resources("1", "69G")),
	"bytes": worker(resources("1", "68719476737")),
	"a number": worker(resources("1", 68719476737)),
	"an exponent": worker(resources("1", "69e9")),
	"a larger unit": worker(resources("1", "1Ti")),
	"the largest": worker(resources("1", "1Ei")),
	"two containers": pod({"containers": [container("1", "32Gi"), container("1", "33Gi")]}),
	"the limit": worker({"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"cpu": "1", "memory": "65Gi"}}),
})

test_worker_memory_allows if expect("worker_memory", "ok", {
	"as much as may be": worker(resources("1", "64Gi")),
	"smaller units": worker(resources("1", "65536Mi")),
	"decimal": worker(resources("1", "64G")),
	"a number": worker(resources("1", 68719476736)),
})

test_worker_memory_edge_override if {
	verdict("worker_memory", worker(resources("1", "65Gi"))) == "ok" with data.config.ray as {"memory_max_gib": 65}
	verdict("worker_memory", worker(resources("1", "2Gi"))) == "deny" with data.config.ray as {"memory_max_gib": 1}
}

test_worker_gpu_denies if expect("worker_gpu", "deny", {
	"words": worker(with_gpus("5")),
	"a number": worker(with_gpus(5)),
	"two containers": pod({"containers": [{"resources": with_gpus("2")}, {"resources": with_gpus("3")}]}),
	"an init container": pod({"containers": [container("1", "1Gi")], "initContainers": [{"resources": with_gpus("5")}]}),
	"another maker's": worker({"limits": {"amd.com/gpu": "5"}}),
	"parts": worker({"limits": {"nvidia.com/mig-1g.5gb": "5"}}),
	"shared": worker({"limits": {"nvidia.com/gpu.shared": "5"}}),
	"several kinds": worker({"limits": {"nvidia.com/gpu": "3", "amd.com/gpu": "2"}}),
	"other accelerators": worker({"limits": {"aws.amazon.com/neuron": "5"}}),
})

test_worker_gpu_allows if expect("worker_gpu", "ok", {
	"as many as may be": worker(with_gpus("4")),
	"none": worker(resources("1", "1Gi")),
	"no accelerator": worker({"limits": {"ephemeral-storage": "10Gi", "hugepages-2Mi": "4Mi"}}),
})

test_worker_gpu_edge_claims_warn if {
	verdict("worker_gpu", pod({"containers": [container("1", "1Gi")], "resourceClaims": [{"name": "gpu"}]})) == "warn"
}

test_worker_gpu_edge_override if {
	verdict("worker_gpu", worker(with_gpus("5"))) == "ok" with data.config.ray as {"gpu_max": 5}
	verdict("worker_gpu", worker(with_gpus("2"))) == "deny" with data.config.ray as {"gpu_max": 1}
}

# Caps on all of a cluster.

many(counts) := object.union(group("w", resources("1", "1Gi")), counts)

test_total_workers_denies if expect("total_workers", "deny", {
	"one group": cluster([many({"maxReplicas": 51})]),
	"two alike": cluster([many({"maxReplicas": 30}), many({"maxReplicas": 30})]),
	"hosts": cluster([many({"maxReplicas": 13, "numOfHosts": 4})]),
	"replicas above the maximum": cluster([many({"replicas": 51, "maxReplicas": 10})]),
	"a minimum above the maximum": cluster([many({"minReplicas": 51, "maxReplicas": 10})]),
	"in words": cluster([many({"maxReplicas": "51"})]),
	"no maximum, scaled": object.union(cluster([object.remove(many({}), ["maxReplicas"])]), {"spec": {"enableInTreeAutoscaling": true}}),
	"no maximum": cluster([object.remove(many({"replicas": 51}), ["maxReplicas"])]),
	"a suspended group": cluster([many({"maxReplicas": 51, "suspend": true})]),
})

test_total_workers_allows if expect("total_workers", "ok", {
	"as many as may be": cluster([many({"maxReplicas": 30}), many({"maxReplicas": 20})]),
	"hosts": cluster([many({"maxReplicas": 12, "numOfHosts": 4})]),
	"no maximum, not scaled": cluster([object.remove(many({}), ["maxReplicas"])]),
	"null": cluster([many({"maxReplicas": null, "numOfHosts": null})]),
	"no hosts": cluster([many({"maxReplicas": 50, "numOfHosts": 0})]),
	"no groups": cluster(null),
})

test_total_workers_edge_each_cluster_counts_by_itself if {
	half := cluster([many({"maxReplicas": 30})])
	verdict("total_workers", [half, half]) == "ok"
	verdict("total_workers", [half, cluster([many({"maxReplicas": 51})])]) == "deny"
}

test_total_workers_edge_override if {
	verdict("total_workers", cluster([many({"maxReplicas": 51})])) == "ok" with data.config.ray as {"workers_max": 51}
	verdict("total_workers", cluster([many({"maxReplicas": 2})])) == "deny" with data.config.ray as {"workers_max": 1}
}

gpu_group(n, counts) := object.union(group("g", with_gpus(n)), counts)

test_total_gpus_denies if expect("total_gpus", "deny", {
	"one group": cluster([gpu_group("1", {"maxReplicas": 21})]),
	"two alike": cluster([gpu_group("4", {"maxReplicas": 3}), gpu_group("4", {"maxReplicas": 3})]),
	"hosts": cluster([gpu_group("4", {"maxReplicas": 3, "numOfHosts": 2})]),
	"the head's": object.union(cluster([gpu_group("4", {"maxReplicas": 5})]), {"spec": {"headGroupSpec": group("head", with_gpus("1"))}}),
	"no maximum": object.union(cluster([object.remove(gpu_group("1", {}), ["maxReplicas"])]), {"spec": {"enableInTreeAutoscaling": true}}),
})

test_total_gpus_allows if expect("total_gpus", "ok", {
	"as many as may be": cluster([gpu_group("4", {"maxReplicas": 5})]),
	"two groups": cluster([gpu_group("4", {"maxReplicas": 4}), gpu_group("2", {"maxReplicas": 2})]),
	"none": cluster([many({"maxReplicas": 50})]),
})

test_total_gpus_edge_override if {
	verdict("total_gpus", cluster([gpu_group("1", {"maxReplicas": 21})])) == "ok" with data.config.ray as {"gpus_max": 21}
	verdict("total_gpus", cluster([gpu_group("2", {})])) == "deny" with data.config.ray as {"gpus_max": 1}
}

# Minimums.

test_cpu_request_denies if expect("cpu_request", "deny", {
	"thousandths": worker(resources("499m", "1Gi")),
	"a number": worker(resources(0.4, "1Gi")),
	"none": worker({"requests": {"memory": "1Gi"}, "limits": {"memory": "1Gi"}}),
	"no resources": worker({}),
	"nothing": pod({}),
	"a large limit": worker({"requests": {"cpu": "100m", "memory": "1Gi"}, "limits": {"cpu": "8", "memory": "1Gi"}}),
	"a large container beside": pod({"containers": [container("100m", "1Gi"), container("4", "1Gi")]}),
	"a large init container": pod({"containers": [container("100m", "1Gi")], "initContainers": [container("4", "1Gi")]}),
	"the head": object.union(cluster([]), {"spec": {"headGroupSpec": group("head", resources("100m", "8Gi"))}}),
})

test_cpu_request_allows if expect("cpu_request", "ok", {
	"as little as may be": worker(resources("500m", "1Gi")),
	"a number": worker(resources(0.5, "1Gi")),
	"without a zero": worker(resources(".5", "1Gi")),
	"an exponent": worker(resources("5e-1", "1Gi")),
	"the limit's": worker({"limits": {"cpu": "1", "memory": "1Gi"}}),
	"a small container beside": pod({"containers": [container("1", "1Gi"), container("100m", "64Mi")]}),
})

test_cpu_request_edge_override if {
	verdict("cpu_request", worker(resources("100m", "1Gi"))) == "ok" with data.config.ray as {"cpu_min": 0.1}
	verdict("cpu_request", worker(resources("1", "1Gi"))) == "deny" with data.config.ray as {"cpu_min": 2}
}

test_memory_request_denies if expect("memory_request", "deny", {
	"binary": worker(resources("1", "511Mi")),
	"decimal": worker(resources("1", "512M")),
	"bytes without a unit": worker(resources("1", 64)),
	"bytes in words": worker(resources("1", "64")),
	"none": worker({"requests": {"cpu": "1"}, "limits": {"cpu": "1"}}),
	"a large limit": worker({"requests": {"cpu": "1", "memory": "64Mi"}, "limits": {"cpu": "1", "memory": "8Gi"}}),
})

test_memory_request_allows if expect("memory_request", "ok", {
	"as little as may be": worker(resources("1", "512Mi")),
	"another unit": worker(resources("1", "0.5Gi")),
	"bytes": worker(resources("1", 536870912)),
})

test_memory_request_edge_override if {
	verdict("memory_request", worker(resources("1", "64Mi"))) == "ok" with data.config.ray as {"memory_min_gib": 0.0625}
	verdict("memory_request", worker(resources("1", "1Gi"))) == "deny" with data.config.ray as {"memory_min_gib": 2}
}

test_limits_warns_of_containers_without if {
	verdict("limits", worker({"requests": {"cpu": "1", "memory": "1Gi"}})) == "warn"
	verdict("limits", worker({"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"cpu": "1"}})) == "warn"
	verdict("limits", worker(resources("1", "1Gi"))) == "ok"
}

# GPUs and labels.

tolerating(tolerations) := cluster([tolerant(group("g", with_gpus("1")), tolerations)])

test_gpu_toleration_denies if expect("gpu_toleration", "deny", {
	"none": worker(with_gpus("1")),
	"no list": tolerating(null),
	"another key": tolerating([object.union(taint, {"key": "nvidia.com/gpus"})]),
	"another value": tolerating([object.union(taint, {"value": "false"})]),
	"no value": tolerating([object.remove(taint, ["value"])]),
	"another effect": tolerating([object.union(taint, {"effect": "NoExecute"})]),
	"of all, with another effect": tolerating([{"operator": "Exists", "effect": "NoExecute"}]),
	"the GPU of an init container": pod({"containers": [container("1", "1Gi")], "initContainers": [{"resources": with_gpus("1")}]}),
	"the second group": cluster([tolerant(group("a", with_gpus("1")), [taint]), group("b", with_gpus("1"))]),
})

test_gpu_toleration_allows if expect("gpu_toleration", "ok", {
	"the taint": tolerating([taint]),
	"the usual operator": tolerating([object.remove(taint, ["operator"])]),
	"any effect": tolerating([object.remove(taint, ["effect"])]),
	"any value": tolerating([{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}]),
	"anything": tolerating([{"operator": "Exists"}]),
	"one of several": tolerating([{"key": "x", "operator": "Exists"}, taint]),
	"without GPUs": worker(resources("1", "1Gi")),
	"no GPU": worker(with_gpus("0")),
})

test_gpu_toleration_edge_override if {
	verdict("gpu_toleration", tolerating([taint])) == "deny" with data.config.ray as {"gpu_taint": {"key": "gpu"}}
	verdict("gpu_toleration", tolerating([object.union(taint, {"key": "gpu"})])) == "ok" with data.config.ray as {"gpu_taint": {"key": "gpu"}}
}

labelled(labels) := cluster([json.patch(group("w", resources("1", "1Gi")), [{"op": "replace", "path": "/template/metadata/labels", "value": labels}])])

test_labels_denies if expect("labels", "deny", {
	"none": labelled({}),
	"null": labelled(null),
	"one": labelled({"app": "ray"}),
	"the other": labelled({"ray.io/node-type": "worker"}),
	"an empty one": labelled({"app": "", "ray.io/node-type": "worker"}),
	"the cluster's alone": object.union(labelled({}), {"metadata": {"labels": {"app": "ray", "ray.io/node-type": "worker"}}}),
	"the head's": json.remove(good, ["spec/headGroupSpec/template/metadata"]),
})

test_labels_allows if expect("labels", "ok", {
	"both": labelled({"app": "ray", "ray.io/node-type": "worker"}),
	"more": labelled({"app": "ray", "ray.io/node-type": "worker", "x": ""}),
})

test_labels_edge_kuberay_copies_those_of_a_group if {
	verdict("labels", cluster([object.union(labelled({}).spec.workerGroupSpecs[0], {"labels": {"app": "ray", "ray.io/node-type": "worker"}})])) == "ok"
}

test_labels_edge_override if {
	verdict("labels", labelled({"team": "x"})) == "deny" with data.config.ray as {"labels": ["team", "app"]}
	verdict("labels", labelled({})) == "ok" with data.config.ray as {"labels": []}
}

# Quantities.

test_quantity_denies if expect("quantity", "deny", {
	"thousandths of bytes": worker(resources("1", "512m")),
	"less": worker(resources("1", "1u")),
	"another case": worker(resources("1", "64gi")),
	"no such unit": worker(resources("1", "64GB")),
	"two units": worker(resources("1mk", "1Gi")),
	"below zero": worker(resources("-1", "1Gi")),
	"a number below zero": worker(resources(-1, "1Gi")),
	"words": worker(resources("one", "1Gi")),
	"nothing": worker(resources("", "1Gi")),
	"null": worker(resources(null, "1Gi")),
	"a list": worker(resources(["1"], "1Gi")),
	"yes": worker(resources(true, "1Gi")),
	"a huge exponent": worker(resources("1e999999999", "1Gi")),
	"a space": worker(resources("1 ", "1Gi")),
	"GPUs below zero": worker(with_gpus("-4")),
	"of an init container": pod({"containers": [container("1", "1Gi")], "initContainers": [container("x", "1Gi")]}),
	"of the pod": pod({"containers": [container("1", "1Gi")], "resources": {"limits": {"memory": "8m"}}}),
	"hosts below zero": cluster([many({"numOfHosts": -1})]),
	"replicas below zero": cluster([many({"maxReplicas": -1})]),
	"replicas in words": cluster([many({"maxReplicas": "many"})]),
	"replicas with a unit": cluster([many({"maxReplicas": "1k"})]),
})

test_quantity_allows if expect("quantity", "ok", {
	"thousandths": worker(resources("500m", "1Gi")),
	"less": worker(resources("500000u", "1Gi")),
	"least": worker(resources("500000000n", "1Gi")),
	"an exponent": worker(resources("1e0", "1E9")),
	"a unit of the same letter": worker(resources("1", "1E")),
	"a fraction": worker(resources("1.5", "1.5Gi")),
	"what is not counted": worker({"limits": {"ephemeral-storage": "?"}}),
})

test_quantity_edge_units_are_what_kubernetes_takes_them_for if {
	units := {
		"1": 1, "1k": 1000, "1M": 1000000, "1G": 1000000000, "1T": 1000000000000, "1P": 1000000000000000, "1E": 1000000000000000000,
		"1Ki": 1024, "1Mi": 1048576, "1Gi": 1073741824, "1Ti": 1099511627776, "1Pi": 1125899906842624, "1Ei": 1152921504606846976,
		"1e3": 1000, "1E3": 1000, "12e-1": 1.2, ".5": 0.5, "0.5": 0.5, "007": 7, "5.": 5,
	}
	every text, n in units {
		print(text)
		ray.quantity("memory", text) == n
	}
	ray.quantity("cpu", "1500m") == 1.5
}
