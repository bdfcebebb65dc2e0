// SPDX-License-Identifier: Apache-2.0

package scan

import "github.com/layerbot/layerbot/internal/report"

// The parts of SARIF that are written, https://docs.oasis-open.org/sarif/sarif/v2.1.0/.
type (
	outLog struct {
		Schema  string   `json:"$schema"`
		Version string   `json:"version"`
		Runs    []outRun `json:"runs"`
	}
	outRun struct {
		Tool struct {
			Driver outDriver `json:"driver"`
		} `json:"tool"`
		Automation struct {
			ID string `json:"id"`
		} `json:"automationDetails"`
		Invocations []outInvocation `json:"invocations"`
		ColumnKind  string          `json:"columnKind"`
		Results     []outResult     `json:"results"`
	}
	outDriver struct {
		Name        string    `json:"name"`
		Version     string    `json:"version,omitempty"`
		Information string    `json:"informationUri"`
		Rules       []outRule `json:"rules"`
	}
	outRule struct {
		ID         string  `json:"id"`
		Short      outText `json:"shortDescription"`
		Full       outText `json:"fullDescription"`
		Help       outText `json:"help"`
		HelpURI    string  `json:"helpUri,omitempty"`
		Properties struct {
			Tags     []string `json:"tags"`
			Severity string   `json:"security-severity,omitempty"`
		} `json:"properties"`
		Default struct {
			Level string `json:"level"`
		} `json:"defaultConfiguration"`

		severity report.Severity // the highest of its findings
		names    []report.Rule   // what the tools call it
	}
	outText struct {
		Text     string `json:"text"`
		Markdown string `json:"markdown,omitempty"`
	}
	outInvocation struct {
		Successful    bool              `json:"executionSuccessful"`
		Notifications []outNotification `json:"toolExecutionNotifications,omitempty"`
	}
	outNotification struct {
		Level   string  `json:"level"`
		Message outText `json:"message"`
	}
	outResult struct {
		RuleID       string            `json:"ruleId"`
		RuleIndex    int               `json:"ruleIndex"`
		Level        string            `json:"level"`
		Message      outText           `json:"message"`
		Locations    []outLocation     `json:"locations"`
		Fingerprints map[string]string `json:"partialFingerprints"`
		Suppressions []outSuppression  `json:"suppressions,omitempty"`
	}
	outLocation struct {
		Physical struct {
			Artifact struct {
				URI  string `json:"uri"`
				Base string `json:"uriBaseId"`
			} `json:"artifactLocation"`
			Region struct {
				Start int `json:"startLine"`
				End   int `json:"endLine"`
			} `json:"region"`
		} `json:"physicalLocation"`
		Logical []outLogical `json:"logicalLocations,omitempty"`
	}
	outLogical struct {
		Name string `json:"fullyQualifiedName"`
		Kind string `json:"kind"`
	}
	outSuppression struct {
		Kind          string       `json:"kind"`
		Status        string       `json:"status"`
		Justification string       `json:"justification,omitempty"`
		Location      *outLocation `json:"location"`
	}
)
