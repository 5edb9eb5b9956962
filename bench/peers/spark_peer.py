"""The benchmark's jobs in Spark, local[2]: python spark_peer.py JOB INPUT OUTPUT"""
import glob
import shutil
import sys

from pyspark.sql import SparkSession, functions as F, types as T

job, source, target = sys.argv[1:]
spark = (SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
         .config("spark.driver.memory", "8g").config("spark.sql.shuffle.partitions", "4")
         .config("spark.log.level", "ERROR").getOrCreate())


def word_count():
    words = spark.read.text(source).select(F.explode(F.split("value", " ")).alias("word"))
    return words.groupBy("word").count().orderBy("word")


def access_log():
    pattern = r'^\S+ \S+ \S+ \[(\d\d)/(\w\w\w)/(\d{4}):(\d\d)[^\]]*\] "\S+ (\S+)[^"]*" (\d+) (\S+)'
    months = {name: f"{n:02}" for n, name in
              enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), start=1)}
    month = F.create_map(*[F.lit(text) for pair in months.items() for text in pair])
    part = lambda n: F.regexp_extract("value", pattern, n)
    parsed = spark.read.text(source).select(
        part(6).alias("status"),
        F.concat(part(3), F.lit("-"), month[part(2)], F.lit("-"), part(1), F.lit("T"), part(4)).alias("hour"),
        part(5).alias("path"),
        F.when(part(7) == "-", F.lit(0)).otherwise(part(7).cast("long")).alias("bytes"))
    counted = parsed.groupingSets([[F.col("status")], [F.col("hour")], [F.col("path")]], "status", "hour", "path").agg(
        F.count("*").alias("requests"), F.sum("bytes").alias("bytes"), F.grouping_id().alias("which")).cache()
    of = lambda group, which: counted.where(F.col("which") == which).select(
        F.lit(group).alias("group"), F.col(group).alias("value"), "requests", "bytes")
    frames = [of("status", 3).orderBy("value"), of("hour", 5).orderBy("value"),
              of("path", 6).orderBy(F.desc("requests"), "value").limit(100)]
    return [row for frame in frames for row in frame.collect()]


def ledger():
    rows = spark.read.csv(source, header=True, multiLine=True, escape='"', schema=T.StructType([
        T.StructField("account_id", T.StringType()), T.StructField("ts", T.StringType()),
        T.StructField("amount", T.DecimalType(18, 2)), T.StructField("type", T.StringType()),
        T.StructField("memo", T.StringType())]))
    return rows.groupBy(F.col("account_id").alias("account")).agg(
        F.sum("amount").alias("balance"), F.count("*").alias("transactions")).orderBy("account")


def trending():
    posts = spark.read.json(source, schema="tags array<string>")
    return (posts.select(F.explode("tags").alias("tag")).groupBy("tag").agg(F.count("*").alias("uses"))
            .orderBy(F.desc("uses"), "tag").limit(100).coalesce(1))


def write(frame, header=True):
    folder = f"{target}.d"
    if header:
        frame.write.mode("overwrite").csv(folder, header=False, quoteAll=False, emptyValue="")
    else:
        frame.write.mode("overwrite").text(folder)
    with open(target, "wb") as out:
        if header:
            out.write((",".join(frame.columns) + "\n").encode())
        for part in sorted(glob.glob(f"{folder}/part-*")):
            with open(part, "rb") as rows:
                shutil.copyfileobj(rows, out)
    shutil.rmtree(folder)


if job == "access-log":
    with open(target, "w") as out:
        out.write("group,value,requests,bytes\n")
        for row in access_log():
            out.write(",".join(map(str, row)) + "\n")
elif job == "sort":
    write(spark.read.text(source).orderBy("value"), header=False)
else:
    write({"word-count": word_count, "ledger": ledger, "trending": trending}[job]())
