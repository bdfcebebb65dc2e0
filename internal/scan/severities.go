// SPDX-License-Identifier: Apache-2.0

package scan

// checkovSeverities ranks well-known checks of checkov as trivy ranks the same or the nearest fact; checkov itself tells
// no severity without its platform. What is not here is high: see severity.
var checkovSeverities = map[string]string{
	// Critical: open to everybody.
	"CKV_AWS_1":   "critical", // policy that allows everything
	"CKV_AWS_17":  "critical", // database that is public
	"CKV_AWS_20":  "critical", // bucket that everybody reads
	"CKV_AWS_24":  "critical", // SSH from everywhere
	"CKV_AWS_25":  "critical", // RDP from everywhere
	"CKV_AWS_41":  "critical", // keys in the provider
	"CKV_AWS_45":  "critical", // keys in a function's environment
	"CKV_AWS_46":  "critical", // keys in user data
	"CKV_AWS_57":  "critical", // bucket that everybody writes
	"CKV_AWS_62":  "critical", // policy that allows everything
	"CKV_AWS_277": "critical", // every port from everywhere

	// Medium: kept, watched and recoverable.
	"CKV_AWS_7":   "medium", // keys are not rotated
	"CKV_AWS_21":  "medium", // no versions of objects
	"CKV_AWS_35":  "medium", // trail without a key of one's own
	"CKV_AWS_36":  "medium", // trail without validation
	"CKV_AWS_37":  "medium", // cluster without its logs
	"CKV_AWS_51":  "medium", // image tags that move
	"CKV_AWS_67":  "medium", // trail of one region
	"CKV_AWS_133": "medium", // no backups of a database
	"CKV_AWS_150": "medium", // load balancer that can be deleted
	"CKV_AWS_161": "medium", // database without IAM
	"CKV_AWS_260": "medium", // HTTP from everywhere
	"CKV_AWS_293": "medium", // database that can be deleted
	"CKV_AWS_382": "medium", // traffic to everywhere
	"CKV2_AWS_11": "medium", // no flow logs

	// Low: good manners.
	"CKV_AWS_18":  "low", // no access logs of a bucket
	"CKV_AWS_23":  "low", // security group without a description
	"CKV_AWS_50":  "low", // function without tracing
	"CKV_AWS_65":  "low", // cluster without insights
	"CKV_AWS_66":  "low", // log group without retention
	"CKV_AWS_91":  "low", // no access logs of a load balancer
	"CKV_AWS_115": "low", // function without a limit of its own
	"CKV_AWS_116": "low", // function without a dead letter queue
	"CKV_AWS_117": "low", // function outside a VPC
	"CKV_AWS_118": "low", // database without detailed monitoring
	"CKV_AWS_119": "low", // table without a key of one's own
	"CKV_AWS_126": "low", // instance without detailed monitoring
	"CKV_AWS_129": "low", // database without its logs
	"CKV_AWS_135": "low", // instance not optimised for its volumes
	"CKV_AWS_136": "low", // images without a key of one's own
	"CKV_AWS_144": "low", // bucket that is not replicated
	"CKV_AWS_149": "low", // secret without a key of one's own
	"CKV_AWS_157": "low", // database in one zone
	"CKV_AWS_158": "low", // log group without a key of one's own
	"CKV_AWS_189": "low", // volume without a key of one's own
	"CKV_AWS_226": "low", // database without minor upgrades
	"CKV_AWS_272": "low", // function whose code is not signed
	"CKV_AWS_338": "low", // logs kept for less than a year
	"CKV_AWS_353": "low", // database without performance insights
	"CKV2_AWS_5":  "low", // security group of nothing
	"CKV2_AWS_61": "low", // bucket without a lifecycle
	"CKV2_AWS_62": "low", // bucket without notifications
	"CKV_TF_1":    "low", // module not pinned to a commit
	"CKV_TF_2":    "low", // module not pinned to a tag
}
