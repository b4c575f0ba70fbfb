# One image for the app and for workers; compose.yaml shows both.
FROM python:3.13-slim-bookworm AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends gcc libc6-dev make \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE app.py ./
COPY models models
COPY bot bot
COPY handlers handlers
COPY jobs jobs
COPY adapters adapters
COPY playground playground
# pip compiles bytecode as it installs: a worker forks hundreds of times a minute and must not compile anew.
RUN python -m venv /opt/bellhop \
    && /opt/bellhop/bin/pip install --no-cache-dir --constraint constraints.txt .

FROM python:3.13-slim-bookworm
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates git tini \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --create-home --home-dir /var/lib/bellhop bellhop
COPY --from=build /opt/bellhop /opt/bellhop
ENV PATH=/opt/bellhop/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    BELLHOP_DATA_DIR=/var/lib/bellhop/data \
    BELLHOP_HOST=0.0.0.0
USER bellhop
WORKDIR /var/lib/bellhop
VOLUME /var/lib/bellhop/data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/healthz', timeout=2)"]
# tini reaps what agents and checks leave behind.
ENTRYPOINT ["tini", "--", "bellhop"]
CMD ["all"]
