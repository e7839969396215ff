//! Why a file is not taken and what would be right, in words.

use super::kind::{Kind, Rejection};
use super::wire::Failure;
use crate::web::lang::Lang;

/// A refusal of an upload: what it is and what to do.
pub fn rejection(l: Lang, r: &Rejection) -> String {
    let advice = l.t("请导出或者扫描成PDF后再上传。", "Export or scan it as a PDF and upload that.");
    match r {
        Rejection::Empty => l.t("这是空文件（0字节）。请重新扫描或者导出后再上传。", "This file is empty (0 bytes). Scan or export it again and upload it.").to_owned(),
        Rejection::TooLarge { max_mib } => l.pick(
            format!("文件超过{max_mib} MB。请降低扫描分辨率（200至300 dpi）或者分成几个文件上传。"),
            format!("The file is larger than {max_mib} MB. Lower the resolution (200 to 300 dpi) or split it."),
        ),
        Rejection::BadName => l.t(
            "文件名不能用：不要为空，不超过200个字，不含控制字符、方向控制字符和私有区字符。请改名后再上传。",
            "The file name cannot be used: it must not be empty, have more than 200 characters, or hold control, direction or private-use characters. Rename it and upload it again.",
        )
        .to_owned(),
        Rejection::Renamed { says, is } => {
            let right = is.extensions()[0];
            l.pick(
                format!("扩展名是.{says}，内容却是{is}。请确认没有选错文件，再把扩展名改成.{right}上传。"),
                format!("The name ends in .{says}, but the content is {is}. Make sure that it is the right file, rename it to .{right} and upload it again."),
            )
        }
        Rejection::NotHere { is } => l.pick(format!("这里不接收{is}文件。{advice}"), format!("{is} files are not taken here. {advice}")),
        Rejection::Document => l.pick(
            format!("这是文字处理文档，审核人员看到的版面可能与您的不同。{advice}"),
            format!("This is a word processor document, which may look different on the reviewer's screen. {advice}"),
        ),
        Rejection::Spreadsheet => l.pick(format!("这是电子表格。{advice}"), format!("This is a spreadsheet. {advice}")),
        Rejection::Slides => l.pick(format!("这是演示文稿。{advice}"), format!("This is a slide show. {advice}")),
        Rejection::OldOffice => l.pick(
            format!("这是旧版办公软件文件，可能带有宏。{advice}"),
            format!("This is an office file of the old format, which may hold macros. {advice}"),
        ),
        Rejection::Html => l.pick(format!("这是网页文件。{advice}"), format!("This is a web page. {advice}")),
        Rejection::Svg => l.pick(format!("这是SVG图形，可能带有脚本。{advice}"), format!("This is an SVG drawing, which may hold scripts. {advice}")),
        Rejection::Text => l.pick(format!("这是纯文本文件。{advice}"), format!("This is a plain text file. {advice}")),
        Rejection::Archive(format) => l.pick(
            format!("这是{format}压缩包。请解压后逐个上传；成套材料请用“整套上传”，只接收ZIP。"),
            format!("This is a {format} archive. Unpack it and upload the files one by one, or upload the whole set as a ZIP."),
        ),
        Rejection::Picture(format) => l.pick(
            format!("这是{format}图片。请转换成PDF、PNG或者JPEG后再上传。"),
            format!("This is a {format} picture. Convert it to PDF, PNG or JPEG and upload that."),
        ),
        Rejection::Program => l.t("这是程序文件，不接收。请确认没有选错文件。", "This is a program and is not taken. Make sure that it is the right file.").to_owned(),
        Rejection::Polyglot { is, also } => l.pick(
            format!("这个{is}文件里还夹带了{}，不接收。请用原来的软件重新导出后再上传。", inside_zh(also)),
            format!("This {is} file also carries {} and is not taken. Export it again with the program that made it.", inside_en(also)),
        ),
        Rejection::Malware => l.t("这个文件含有恶意代码的特征，不接收。请检查您的电脑，再重新扫描上传。", "This file carries the mark of malicious code and is not taken. Check your computer, then scan and upload it again.").to_owned(),
        Rejection::Unknown => l.t("认不出这是什么文件，可能没有传完或者已经损坏。接收的格式是PDF、OFD、PNG、JPEG。", "This is not a file of a known type; it may be cut off or damaged. PDF, OFD, PNG and JPEG are taken.").to_owned(),
    }
}

/// A refusal of a file where only a table is taken.
pub fn rejection_of_table(l: Lang, r: &Rejection) -> String {
    match r {
        Rejection::TooLarge { .. }
        | Rejection::BadName
        | Rejection::Renamed { .. }
        | Rejection::Program
        | Rejection::Polyglot { .. }
        | Rejection::Malware => rejection(l, r),
        Rejection::Empty => l.t("这是空文件（0字节）。", "This file is empty (0 bytes).").to_owned(),
        _ => l
            .t(
                "这不是表格文件。这里接收XLSX和CSV：用下载的空表填写，保存后上传。",
                "This is not a table. XLSX and CSV are taken: fill in the table that you can download, save and upload it.",
            )
            .to_owned(),
    }
}

fn inside_zh(also: &str) -> &str {
    match also {
        "HTML" => "网页代码",
        "ZIP" => "压缩包",
        _ => "其他数据",
    }
}

fn inside_en(also: &str) -> &str {
    match also {
        "HTML" => "web page code",
        "ZIP" => "an archive",
        _ => "other data",
    }
}

/// Why an archive, a table or a page cannot be read.
pub fn failure(l: Lang, f: &Failure) -> String {
    match f {
        Failure::Encrypted => l.t("文件设了密码。去掉密码后再上传。", "The file is protected by a password. Remove it and upload the file again.").to_owned(),
        Failure::Broken => l.t("文件打不开，可能没有传完或者已经损坏。请重新导出后再上传。", "The file cannot be read; it may be cut off or damaged. Export it again and upload it.").to_owned(),
        Failure::TooHeavy => l.t("读这个文件要用的内存或者时间超过上限。请简化或者分成几个文件。", "Reading this file needs more memory or time than allowed. Simplify or split it.").to_owned(),
        Failure::NoSuchPage => l.t("没有这一页。", "There is no such page.").to_owned(),
        Failure::WrongType => l.t("这种文件不能这样读。", "This type of file cannot be read like this.").to_owned(),
        Failure::TooManyEntries => l.t("压缩包里的文件太多。请分成几个压缩包上传。", "The archive holds too many files. Split it.").to_owned(),
        Failure::TooLarge => l.t("压缩包解开后太大，或者压缩率不正常。请分成几个压缩包，只放扫描件。", "Unpacked, the archive is too large, or it is compressed in an unusual way. Split it, and put only the scans into it.").to_owned(),
        Failure::Nested { name } => l.pick(format!("压缩包里还有压缩包（{name}）。请先解开，把文件直接放进一个ZIP。"), format!("There is an archive in the archive ({name}). Unpack it and put its files into one ZIP.")),
        Failure::Nothing => l.t("里面没有可以读的内容。", "There is nothing in it.").to_owned(),
    }
}

/// The formats taken, for the hint beside a file field.
pub fn formats(kinds: &[Kind]) -> String {
    kinds.iter().map(ToString::to_string).collect::<Vec<_>>().join(" / ")
}
