{{/* What everything is called and labelled. Most take (dict "root" $ "component" "api"). */}}

{{- define "qingsheng.name" -}}
{{ .Values.nameOverride | default .Chart.Name | trunc 40 | trimSuffix "-" }}
{{- end }}

{{/* At most 40 characters: names of pods and their labels add 23. */}}
{{- define "qingsheng.fullname" -}}
{{- $name := include "qingsheng.name" . -}}
{{- $full := contains $name .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name $name) -}}
{{ .Values.fullnameOverride | default $full | trunc 40 | trimSuffix "-" }}
{{- end }}

{{- define "qingsheng.selectorLabels" -}}
app.kubernetes.io/name: {{ include "qingsheng.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- with .component }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- end }}

{{- define "qingsheng.labels" -}}
{{- $own := include "qingsheng.selectorLabels" . | fromYaml -}}
{{- $_ := set $own "app.kubernetes.io/version" .root.Chart.AppVersion -}}
{{- $_ := set $own "app.kubernetes.io/managed-by" .root.Release.Service -}}
{{- $_ := set $own "app.kubernetes.io/part-of" (include "qingsheng.name" .root) -}}
{{- $_ := set $own "helm.sh/chart" (printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_") -}}
{{ toYaml (merge $own (.labels | default dict) .root.Values.commonLabels) }}
{{- end }}

{{/* Of an object: (dict "root" $ "component" "api" "suffix" "api" "labels" … "annotations" …) */}}
{{- define "qingsheng.metadata" -}}
name: {{ include "qingsheng.fullname" .root }}{{ with .suffix }}-{{ . }}{{ end }}
labels:
  {{- include "qingsheng.labels" . | nindent 2 }}
{{- with merge (dict) (.annotations | default dict) .root.Values.commonAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* Of pods: (dict "root" $ "component" "api" "pods" .Values.api "checksums" (dict …)) */}}
{{- define "qingsheng.podMetadata" -}}
{{- $own := include "qingsheng.selectorLabels" . | fromYaml -}}
labels:
  {{- toYaml (merge $own .pods.podLabels .root.Values.commonLabels) | nindent 2 }}
{{- with merge (dict) (.checksums | default dict) .pods.podAnnotations .root.Values.commonAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "qingsheng.image" -}}
{{- $image := .image -}}
{{- if $image.digest -}}
{{ $image.repository }}@{{ $image.digest }}
{{- else -}}
{{ $image.repository }}:{{ $image.tag | default .root.Chart.AppVersion }}
{{- end }}
{{- end }}

{{- define "qingsheng.serviceAccountName" -}}
{{- $made := .Values.serviceAccount.create | ternary (include "qingsheng.fullname" .) "default" -}}
{{ .Values.serviceAccount.name | default $made }}
{{- end }}
