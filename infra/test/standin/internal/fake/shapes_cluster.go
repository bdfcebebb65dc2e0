// SPDX-License-Identifier: Apache-2.0

package fake

const issuer = "https://oidc.eks.<region>.<suffix>/id/<upper:32>"

var clusterShapes = map[string]map[string]string{
	"aws_eks_cluster": arn("<name>", "eks", "cluster/<name>", "endpoint", "https://<upper:32>.gr7.<region>.eks.<suffix>",
		"certificate_authority", `[{"data":"<base64:-----BEGIN CERTIFICATE----- stand-in of <name> -----END CERTIFICATE----->"}]`,
		"identity", `[{"oidc":[{"issuer":"`+issuer+`"}]}]`, "created_at", "<moment>", "platform_version", "eks.7",
		"status", "ACTIVE", "version", "1.35", "vpc_config.cluster_security_group_id", "sg-<hex:17>",
		"vpc_config.vpc_id", "vpc-<hex:17>", "vpc_config.public_access_cidrs", "[]", "kubernetes_network_config.ip_family", "ipv4",
		"kubernetes_network_config.service_ipv4_cidr", "172.20.0.0/16", "access_config.authentication_mode", "API",
		"access_config", `[{"authentication_mode":"API"}]`,
		"kubernetes_network_config", `[{"ip_family":"ipv4","service_ipv4_cidr":"172.20.0.0/16"}]`,
		"upgrade_policy.support_type", "STANDARD"),
	"aws_eks_node_group": arn("<cluster_name>:<node_group_name>", "eks", "nodegroup/<cluster_name>/<node_group_name>/<uuid>",
		"node_group_name", "<node_group_name_prefix><digits:26>", "status", "ACTIVE", "ami_type", "AL2023_x86_64_STANDARD", "capacity_type", "ON_DEMAND",
		"disk_size", "20", "release_version", "1.35.0-20260102", "version", "1.35", "launch_template.name", "lt-<hex:8>", "launch_template.id", "lt-<hex:17>",
		"instance_types", `["t3.medium"]`,
		"resources", `[{"autoscaling_groups":[{"name":"eks-<node_group_name>-<hex:8>"}],"remote_access_security_group_id":""}]`),
	"aws_eks_fargate_profile": arn("<cluster_name>:<fargate_profile_name>", "eks", "fargateprofile/<cluster_name>/<fargate_profile_name>/<hex:36>"),
	"aws_eks_addon": arn("<cluster_name>:<addon_name>", "eks", "addon/<cluster_name>/<addon_name>/<hex:36>",
		"addon_version", "v1.20.0-eksbuild.1", "created_at", "<moment>", "modified_at", "<moment>"),
	"aws_eks_addon_version": {"id": "<addon_name>", "version": "v1.20.0-eksbuild.1"},
	"aws_eks_access_entry": {"id": "<cluster_name>:<principal_arn>", "user_name": "<principal_arn>", "created_at": "<moment>", "modified_at": "<moment>",
		"access_entry_arn": "arn:<partition>:eks:<region>:<account>:access-entry/<cluster_name>/role/<account>/<hex:36>"},
	"aws_eks_access_policy_association": {"id": "<cluster_name>#<principal_arn>#<policy_arn>", "associated_at": "<moment>", "modified_at": "<moment>"},
	"aws_eks_pod_identity_association": {"id": "<association_id>", "association_id": "a-<hex:17>",
		"association_arn": "arn:<partition>:eks:<region>:<account>:podidentityassociation/<cluster_name>/<association_id>"},
	"aws_eks_identity_provider_config": {"id": "<cluster_name>:<hex:8>"},
	"aws_eks_cluster_auth":             {"id": "<name>", "token": "k8s-aws-v1." + Canary + "-token-<hex:24>"},
	"helm_release": {"id": "<name>", "status": "deployed", "version": "0.1.0", "manifest": "{}",
		"metadata": `[{"name":"<name>","namespace":"<namespace>","chart":"<chart>","revision":1,"version":"0.1.0","values":"{}"}]`},
}
