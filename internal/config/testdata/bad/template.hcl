layers {
  var_files = ["${dir}/${env}.tfvars"]
}
