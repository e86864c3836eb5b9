{{/* Label matchers of the metrics of the api, of the worker, and of both. */}}
{{- define "qingsheng.series.api" -}}
namespace="{{ .Release.Namespace }}", job="{{ include "qingsheng.fullname" . }}-api"
{{- end }}
{{- define "qingsheng.series.worker" -}}
namespace="{{ .Release.Namespace }}", job="{{ include "qingsheng.fullname" . }}-worker"
{{- end }}
{{- define "qingsheng.series.both" -}}
namespace="{{ .Release.Namespace }}", job=~"{{ include "qingsheng.fullname" . }}-(api|worker)"
{{- end }}

{{/* Label matchers of what the cluster tells of the release's pods. */}}
{{- define "qingsheng.series.pods" -}}
{{- $name := include "qingsheng.fullname" . -}}
namespace="{{ .Release.Namespace }}", pod=~"{{ $name }}-(api|worker|webui)-[a-z0-9]+-[a-z0-9]+|{{ $name }}-redis-(cache|jobs)-[0-9]+"
{{- end }}

{{/* A number of seconds as the label le of a bucket has it: 5.0, 0.25. */}}
{{- define "qingsheng.bound" -}}
{{- $number := printf "%g" (float64 .) -}}
{{ $number }}{{ if not (contains "." $number) }}.0{{ end }}
{{- end }}

{{/*
Holds while an error budget burns too fast, over a long window and still over a short one, and enough has failed.
Takes slo, factor, long, short, seconds (of the long one), series and least.
*/}}
{{- define "qingsheng.burns" -}}
qingsheng:slo_errors:ratio_rate{{ .long }}{slo="{{ .slo }}", {{ .series }}} > {{ .factor }} * qingsheng:slo_budget:ratio
and qingsheng:slo_errors:ratio_rate{{ .short }} > {{ .factor }} * qingsheng:slo_budget:ratio
and avg_over_time(qingsheng:slo_errors:rate5m[{{ .long }}]) * {{ .seconds }} >= {{ .least }}
{{- end }}
