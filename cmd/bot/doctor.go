// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/layerbot/layerbot/internal/aws/trust"
)

// trustFlags are the flags of bot doctor trust.
type trustFlags struct {
	repository, env, branch, use    string
	ownerID, repositoryID, workflow string
}

func (b *bot) doctorTrust() *cobra.Command {
	var f trustFlags
	cmd := &cobra.Command{
		Use:   "trust FILE… --repository OWNER/REPO",
		Short: "Say which jobs of GitHub Actions a role's trust policy admits",
		Long: `Judges trust policies as AWS does, with the tokens of jobs that should hold the role and of jobs that should not: of pull
requests, branches, tags, comments, environments, other workflows and other repositories, in both forms of sub.
A FILE is a policy, or what aws iam get-role --output json prints (-: standard input). AWS and GitHub are not asked.

Exit codes: 0 it admits jobs that should hold the role and no others, 1 anything else.`,
		Example: `  aws iam get-role --output json --role-name layerbot-apply-prod | bot doctor trust - --repository acme/infra
  bot doctor trust trust-plan.json --repository acme/infra --owner-id 1111111 --repository-id 2222222 --for plan`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, files []string) error { return b.runDoctorTrust(f, files, cmd.InOrStdin()) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.repository, "repository", "", "`OWNER/REPO` whose jobs should hold the role")
	flags.StringVar(&f.ownerID, "owner-id", "", "`number` of the owner (default: the one in the policy)")
	flags.StringVar(&f.repositoryID, "repository-id", "", "`number` of the repository (default: the one in the policy)")
	flags.StringVar(&f.workflow, "workflow", "", "job_workflow_ref of the reusable `workflow`, at a commit (default: the one in the policy)")
	flags.StringVar(&f.env, "environment", "prod", "`environment` that the role is for")
	flags.StringVar(&f.branch, "branch", "", "`branch` that the environment is applied from (default: the environment's name)")
	flags.StringVar(&f.use, "for", "", "plan, apply or app (default: apply if it admits a job that applies, else what it admits)")
	return cmd
}

func (b *bot) runDoctorTrust(f trustFlags, files []string, stdin io.Reader) error {
	r, err := f.check(files)
	if err != nil {
		return err
	}
	b.out = visibly{b.out}
	sound := true
	for i, file := range files {
		src, err := b.readPolicy(file, stdin)
		if err != nil {
			return err
		}
		policy, err := trust.Parse(src)
		if err != nil {
			return fmt.Errorf("%s: %w", place(file), err)
		}
		if i > 0 {
			fmt.Fprintln(b.out)
		}
		sound = b.judge(file, policy, policy.Complete(r), f) && sound
	}
	if !sound {
		return exit(exitError)
	}
	return nil
}

var (
	repositoryName = regexp.MustCompile(`^([A-Za-z0-9-]+)/([A-Za-z0-9._-]+)$`)
	idNumber       = regexp.MustCompile(`^[0-9]*$`)
)

// check returns the repository that the flags name.
func (f *trustFlags) check(files []string) (r trust.Repository, err error) {
	name := repositoryName.FindStringSubmatch(f.repository)
	switch {
	case len(files) == 0:
		return r, &usageError{message: "no trust policy is named", next: "`aws iam get-role --output json --role-name NAME | bot doctor trust - --repository OWNER/REPO`"}
	case name == nil:
		return r, &usageError{message: "--repository is the OWNER/REPO whose jobs should hold the role", next: "`bot doctor trust " + files[0] + " --repository acme/infra`"}
	case !idNumber.MatchString(f.ownerID) || !idNumber.MatchString(f.repositoryID):
		return r, &usageError{message: "--owner-id and --repository-id are numbers", next: "`gh api repos/" + f.repository + " --jq '.owner.id, .id'` prints them"}
	case f.use != "" && !slices.Contains([]trust.Use{trust.Plan, trust.Apply, trust.App}, trust.Use(f.use)):
		return r, &usageError{message: "unknown use " + f.use, next: "--for is plan, apply or app"}
	case f.env == "" || strings.HasPrefix(f.env, "plan-"):
		return r, &usageError{message: fmt.Sprintf("--environment %q is none of Layerbot's", f.env), next: "name it as in the configuration, for the plan role too: --environment prod"}
	}
	if f.branch == "" {
		f.branch = f.env
	}
	return trust.Repository{Owner: name[1], Name: name[2], OwnerID: f.ownerID, ID: f.repositoryID, Workflow: f.workflow}, nil
}

// maxPolicy is far more than a role's policy may have.
const maxPolicy = 1 << 20

func (b *bot) readPolicy(file string, stdin io.Reader) ([]byte, error) {
	in := stdin
	if file != "-" {
		name := file
		if !filepath.IsAbs(name) {
			name = filepath.Join(b.env.Dir, name)
		}
		opened, err := os.Open(name)
		if err != nil {
			return nil, noPolicy(file, err)
		}
		defer opened.Close()
		in = opened
	}
	src, err := io.ReadAll(io.LimitReader(in, maxPolicy+1))
	switch {
	case err != nil:
		return nil, noPolicy(file, err)
	case len(src) > maxPolicy:
		return nil, noPolicy(file, errors.New("it is too large for a trust policy"))
	case len(bytes.TrimSpace(src)) == 0:
		return nil, noPolicy(file, errors.New("it is empty"))
	}
	return src, nil
}

// noPolicy says why there is nothing to judge.
func noPolicy(file string, err error) error {
	var about *fs.PathError
	if errors.As(err, &about) {
		err = about.Err // the path stands there already
	}
	next := "name a file with a trust policy, or - for standard input"
	if file == "-" {
		next = "see what the command before it said"
	}
	return &usageError{message: fmt.Sprintf("%s cannot be read: %v", place(file), err), next: next}
}

// place returns a FILE as people call it.
func place(file string) string {
	if file == "-" {
		return "standard input"
	}
	return file
}
