// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"slices"
	"sync"
)

// canonical returns the first by name of the rules that say the same as rule does, whatever the tool; rule itself where
// no other is known.
func canonical(rule string) string {
	if c, ok := canonicals()[rule]; ok {
		return c
	}
	return rule
}

var canonicals = sync.OnceValue(func() map[string]string {
	m := map[string]string{}
	for _, same := range equivalents {
		for _, rule := range same {
			m[rule] = slices.Min(same)
		}
	}
	return m
})

// equivalents are rules of tfsec and trivy (AVD-…) and of checkov (CKV…) that ask the same of the same kind of resource.
// Rules that only overlap are two facts, and have no place here: a fix of one is none of the other.
//
// Sources: the metadata of the rules in https://github.com/aquasecurity/trivy-checks and https://github.com/bridgecrewio/checkov.
var equivalents = [][]string{
	{"AVD-AWS-0001", "CKV_AWS_76"},                 // API Gateway: access log of a stage
	{"AVD-AWS-0002", "CKV_AWS_308"},                // API Gateway: encryption of the cache of a method
	{"AVD-AWS-0003", "CKV_AWS_73"},                 // API Gateway: X-Ray tracing
	{"AVD-AWS-0006", "CKV_AWS_77", "CKV_AWS_159"},  // Athena: encryption of a database, of a workgroup
	{"AVD-AWS-0007", "CKV_AWS_82"},                 // Athena: a workgroup's settings hold for its clients
	{"AVD-AWS-0010", "CKV_AWS_86"},                 // CloudFront: access log
	{"AVD-AWS-0011", "CKV_AWS_68"},                 // CloudFront: firewall
	{"AVD-AWS-0012", "CKV_AWS_34"},                 // CloudFront: HTTPS for viewers
	{"AVD-AWS-0013", "CKV_AWS_174"},                // CloudFront: TLS 1.2
	{"AVD-AWS-0014", "CKV_AWS_67"},                 // CloudTrail: all regions
	{"AVD-AWS-0015", "CKV_AWS_35"},                 // CloudTrail: customer managed key
	{"AVD-AWS-0016", "CKV_AWS_36"},                 // CloudTrail: validation of log files
	{"AVD-AWS-0162", "CKV2_AWS_10"},                // CloudTrail: also to CloudWatch
	{"AVD-AWS-0017", "CKV_AWS_158"},                // CloudWatch: key of a log group
	{"AVD-AWS-0018", "CKV_AWS_78"},                 // CodeBuild: encryption of artifacts
	{"AVD-AWS-0019", "CKV_AWS_121"},                // Config: aggregator of all regions
	{"AVD-AWS-0020", "CKV_AWS_85"},                 // DocumentDB: log export
	{"AVD-AWS-0021", "CKV_AWS_74"},                 // DocumentDB: encryption
	{"AVD-AWS-0022", "CKV_AWS_182"},                // DocumentDB: customer managed key
	{"AVD-AWS-0023", "CKV_AWS_47"},                 // DAX: encryption
	{"AVD-AWS-0024", "CKV_AWS_28"},                 // DynamoDB: point-in-time recovery
	{"AVD-AWS-0025", "CKV_AWS_119"},                // DynamoDB: customer managed key
	{"AVD-AWS-0008", "AVD-AWS-0131", "CKV_AWS_8"},  // EC2: encryption of the disks of a launch configuration, of an instance
	{"AVD-AWS-0026", "CKV_AWS_3"},                  // EC2: encryption of a volume
	{"AVD-AWS-0027", "CKV_AWS_189"},                // EC2: customer managed key of a volume
	{"AVD-AWS-0028", "AVD-AWS-0130", "CKV_AWS_79"}, // EC2: IMDSv2 of an instance, of a launch configuration or template
	{"AVD-AWS-0029", "AVD-AWS-0129", "CKV_AWS_46"}, // EC2: keys in the user data of an instance, of a launch template
	{"AVD-AWS-0101", "CKV_AWS_148"},                // EC2: default VPC
	{"AVD-AWS-0164", "CKV_AWS_130"},                // EC2: public addresses in a subnet
	{"AVD-AWS-0178", "CKV2_AWS_11"},                // EC2: flow logs of a VPC
	{"AVD-AWS-0030", "CKV_AWS_163"},                // ECR: scan on push
	{"AVD-AWS-0031", "CKV_AWS_51"},                 // ECR: tags that cannot change
	{"AVD-AWS-0032", "CKV_AWS_32"},                 // ECR: public access by policy
	{"AVD-AWS-0033", "CKV_AWS_136"},                // ECR: encryption by KMS
	{"AVD-AWS-0034", "CKV_AWS_65"},                 // ECS: container insights
	{"AVD-AWS-0035", "CKV_AWS_97"},                 // ECS: encryption on the way to EFS
	{"AVD-AWS-0037", "CKV_AWS_42"},                 // EFS: encryption
	{"AVD-AWS-0038", "CKV_AWS_37"},                 // EKS: logs of the control plane
	{"AVD-AWS-0039", "CKV_AWS_58"},                 // EKS: encryption of secrets
	{"AVD-AWS-0040", "CKV_AWS_39"},                 // EKS: public endpoint
	{"AVD-AWS-0041", "CKV_AWS_38"},                 // EKS: public endpoint for all addresses
	{"AVD-AWS-0045", "CKV_AWS_29"},                 // ElastiCache: encryption at rest
	{"AVD-AWS-0051", "CKV_AWS_30"},                 // ElastiCache: encryption on the way
	{"AVD-AWS-0042", "CKV_AWS_317"},                // Elasticsearch: audit log
	{"AVD-AWS-0043", "CKV_AWS_6"},                  // Elasticsearch: encryption between nodes
	{"AVD-AWS-0046", "CKV_AWS_83"},                 // Elasticsearch: HTTPS
	{"AVD-AWS-0048", "CKV_AWS_5"},                  // Elasticsearch: encryption at rest
	{"AVD-AWS-0126", "CKV_AWS_228"},                // Elasticsearch: TLS 1.2
	{"AVD-AWS-0052", "CKV_AWS_131"},                // ELB: invalid headers are dropped
	{"AVD-AWS-0054", "CKV_AWS_2"},                  // ELB: a listener without TLS
	{"AVD-AWS-0056", "CKV_AWS_13"},                 // IAM passwords: reuse
	{"AVD-AWS-0058", "CKV_AWS_11"},                 // IAM passwords: lowercase letters
	{"AVD-AWS-0059", "CKV_AWS_12"},                 // IAM passwords: digits
	{"AVD-AWS-0060", "CKV_AWS_14"},                 // IAM passwords: symbols
	{"AVD-AWS-0061", "CKV_AWS_15"},                 // IAM passwords: uppercase letters
	{"AVD-AWS-0062", "CKV_AWS_9"},                  // IAM passwords: 90 days
	{"AVD-AWS-0063", "CKV_AWS_10"},                 // IAM passwords: 14 characters
	{"AVD-AWS-0065", "CKV_AWS_7"},                  // KMS: rotation
	{"AVD-AWS-0066", "CKV_AWS_50"},                 // Lambda: X-Ray tracing
	{"AVD-AWS-0070", "CKV_AWS_197"},                // MQ: audit log
	{"AVD-AWS-0071", "CKV_AWS_48"},                 // MQ: general log
	{"AVD-AWS-0072", "CKV_AWS_69"},                 // MQ: public access
	{"AVD-AWS-0074", "CKV_AWS_80"},                 // MSK: logs
	{"AVD-AWS-0075", "CKV_AWS_101"},                // Neptune: log export
	{"AVD-AWS-0076", "CKV_AWS_44"},                 // Neptune: encryption
	{"AVD-AWS-0128", "CKV_AWS_347"},                // Neptune: customer managed key
	{"AVD-AWS-0078", "CKV_AWS_354"},                // RDS: customer managed key of performance insights
	{"AVD-AWS-0133", "CKV_AWS_353"},                // RDS: performance insights
	{"AVD-AWS-0079", "CKV_AWS_96"},                 // RDS: encryption of a cluster
	{"AVD-AWS-0080", "CKV_AWS_16"},                 // RDS: encryption of an instance
	{"AVD-AWS-0176", "CKV_AWS_161"},                // RDS: IAM authentication of an instance
	{"AVD-AWS-0177", "CKV_AWS_293"},                // RDS: deletion protection of an instance
	{"AVD-AWS-0343", "CKV_AWS_139"},                // RDS: deletion protection of a cluster
	{"AVD-AWS-0180", "CKV_AWS_17"},                 // RDS: public access
	{"AVD-AWS-0127", "CKV_AWS_154"},                // Redshift: in a VPC
	{"AVD-AWS-0086", "CKV_AWS_53"},                 // S3: public ACLs are blocked
	{"AVD-AWS-0087", "CKV_AWS_54"},                 // S3: public policies are blocked
	{"AVD-AWS-0091", "CKV_AWS_55"},                 // S3: public ACLs are ignored
	{"AVD-AWS-0093", "CKV_AWS_56"},                 // S3: public buckets are restricted
	{"AVD-AWS-0094", "CKV2_AWS_6"},                 // S3: a bucket has a public access block
	{"AVD-AWS-0088", "CKV_AWS_19"},                 // S3: encryption
	{"AVD-AWS-0132", "CKV_AWS_145"},                // S3: customer managed key
	{"AVD-AWS-0089", "CKV_AWS_18"},                 // S3: access log
	{"AVD-AWS-0090", "CKV_AWS_21"},                 // S3: versions
	{"AVD-AWS-0098", "CKV_AWS_149"},                // Secrets Manager: customer managed key
	{"AVD-AWS-0095", "CKV_AWS_26"},                 // SNS: encryption
	{"AVD-AWS-0096", "CKV_AWS_27"},                 // SQS: encryption
}
